/* Issuing and one note: counters of long texts, and answers that wait while somebody writes in a dialog. */
(function () {
  "use strict";

  var numbers = new Intl.NumberFormat("pt-BR");

  function count(area) {
    var note = document.getElementById(area.id + "_contador");
    if (!note) {
      note = document.createElement("div");
      note.id = area.id + "_contador";
      note.className = "form-hint counter";
      note.setAttribute("aria-hidden", "true");
      area.insertAdjacentElement("afterend", note);
    }
    var length = area.value.trim().length;
    var least = Number(area.getAttribute("minlength") || 0);
    note.textContent = numbers.format(length) + " de " + numbers.format(area.maxLength) + " caracteres";
    note.classList.toggle("is-short", length > 0 && length < least);
  }

  function countAll(root) {
    root.querySelectorAll("textarea[data-counter]").forEach(count);
  }

  document.addEventListener("input", function (event) {
    if (event.target.matches("textarea[data-counter]")) count(event.target);
  });

  document.addEventListener("htmx:load", function (event) {
    countAll(event.target);
  });

  /* Fields that came out of band are connected like those of the page. */
  document.addEventListener("htmx:oobAfterSwap", function (event) {
    countAll(event.target);
  });

  /* What a person writes is not swept away by news: the next answer comes seconds later. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.target.id !== "nota") return;
    if (document.querySelector("dialog[open], .note-menu .dropdown-menu.show")) event.detail.shouldSwap = false;
  });

  /* Other pages link to a dialog of this one: …/#cancelar. */
  function openLinkedDialog() {
    var dialog = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (dialog && dialog.matches("dialog.dialog") && !dialog.open) dialog.showModal();
  }

  /* The draft of a note that was confirmed is of no use any more (portal/issue.js named it). */
  function forgetSentDraft() {
    var name = sessionStorage.getItem("nitro-draft-sent");
    if (!name || document.getElementById("nota-form")) return;
    sessionStorage.removeItem("nitro-draft-sent");
    window.nitroDrafts.erase(name);
  }

  window.addEventListener("hashchange", openLinkedDialog);
  forgetSentDraft();
  countAll(document);
  openLinkedDialog();
})();
