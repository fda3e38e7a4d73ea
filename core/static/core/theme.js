/* Runs before the first paint: the theme and the folded menu must not flash. */
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function read(key) {
    try {
      return localStorage.getItem(key);
    } catch (_error) {
      return null;
    }
  }

  function choice() {
    return root.dataset.themeChoice || read("nitro-theme") || "system";
  }

  function apply() {
    var theme = choice();
    if (theme === "system") theme = dark.matches ? "dark" : "light";
    root.setAttribute("data-bs-theme", theme);
    document.dispatchEvent(new CustomEvent("nitro:theme"));
  }

  window.nitroTheme = {
    choice: choice,
    set: function (value) {
      try {
        localStorage.setItem("nitro-theme", value);
      } catch (_error) {
        /* Private windows may refuse; the page still changes. */
      }
      root.dataset.themeChoice = value;
      apply();
    },
  };

  dark.addEventListener("change", apply);
  if (read("nitro-sidebar") === "folded") root.setAttribute("data-sidebar", "folded");
  apply();
})();
