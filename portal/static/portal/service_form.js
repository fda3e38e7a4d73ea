/* The form of a service: the code that was chosen suggests where its ISS is due, and says why. A rule that the
   person chose stays. */
(function () {
  "use strict";

  var form = document.querySelector("[data-service-form]");
  if (!form) return;
  var note = form.querySelector("[data-incidence-note]");
  var rules = form.querySelectorAll("[name=incidence_rule]");
  var suggested = null;

  form.elements.ctribnac.addEventListener("combobox:chosen", function (event) {
    var code = event.detail;
    note.hidden = !code.note;
    note.querySelector("span").textContent = code.note;
    var chosen = form.querySelector("[name=incidence_rule]:checked");
    if (chosen && chosen !== suggested) return;
    suggested = null;
    rules.forEach(function (rule) {
      rule.checked = rule.value === code.incidence;
      if (rule.checked) suggested = rule;
    });
  });

  rules.forEach(function (rule) {
    rule.addEventListener("change", function () {
      suggested = null;
    });
  });
})();
