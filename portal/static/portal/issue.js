/* Issuing by hand: the draft that survives reload, back and an ended session, and a new taker looked up in place. */
(function () {
  "use strict";

  var DELAY = 400;
  var CNPJ = /^[0-9A-Z]{12}[0-9]{2}$/;
  var NOT_KEPT = ["csrfmiddlewaretoken", "form_owner", "rascunho", "form_key", "mirror_hash"];
  var SENT = "nitro-draft-sent";
  var drafts = window.nitroDrafts;

  /* --- The draft ---------------------------------------------------------------------------------- */
  function form() {
    return document.getElementById("nota-form");
  }

  function valuesOf(element) {
    var values = {};
    new FormData(element).forEach(function (value, name) {
      if (NOT_KEPT.indexOf(name) < 0 && typeof value === "string" && value) values[name] = value;
    });
    return values;
  }

  function save() {
    if (form()) drafts.write(form().dataset.draft, valuesOf(form()));
  }

  function bringBack(element) {
    var values = drafts.read(element.dataset.draft);
    if (!values) return;
    window.htmx.ajax("POST", element.dataset.draftUrl, { values: values, target: "#nota-form", swap: "outerHTML" });
  }

  function begin() {
    var element = form();
    if (!element) return;
    sessionStorage.removeItem(SENT);
    if (element.hasAttribute("data-draft-typed")) save();
    else if (element.hasAttribute("data-draft-comes-back")) bringBack(element);
  }

  /* --- A taker who is not there yet ------------------------------------------------------------------ */
  var timer = null;
  var asked = "";

  function compact(text) {
    return text.toUpperCase().replace(/[\s./-]/g, "");
  }

  function lookUp(slot) {
    var input = document.getElementById(slot.dataset.input);
    var chosen = document.getElementById(slot.dataset.value);
    var typed = compact(input.value);
    if (chosen.value || !CNPJ.test(typed)) {
      asked = "";
      slot.querySelector("#tomador-novo").replaceChildren();
    } else if (typed !== asked) {
      asked = typed;
      window.htmx.ajax("POST", slot.dataset.url, {
        values: { cnpj: typed },
        target: "#tomador-novo",
        swap: "outerHTML",
      });
    }
  }

  /* Whether the field still holds what an answer is about, and nobody was chosen meanwhile. */
  function isWaitedFor(answer) {
    var slot = document.querySelector("[data-taker-slot]");
    if (!slot || !answer) return false;
    var typed = compact(document.getElementById(slot.dataset.input).value);
    return !document.getElementById(slot.dataset.value).value && typed === answer.dataset.asked;
  }

  function choose(answer) {
    var slot = answer.closest("[data-taker-slot]");
    var input = document.getElementById(slot.dataset.input);
    input.value = answer.dataset.takerLabel;
    document.getElementById(slot.dataset.value).value = answer.dataset.takerId;
    input.dispatchEvent(new CustomEvent("combobox:chosen", { bubbles: true }));
    save();
  }

  document.addEventListener("input", function (event) {
    var slot = document.querySelector("[data-taker-slot]");
    if (!form() || !form().contains(event.target)) return;
    save();
    if (!slot || event.target.id !== slot.dataset.input) return;
    clearTimeout(timer);
    timer = setTimeout(lookUp, DELAY, slot);
  });
  document.addEventListener("change", save);
  document.addEventListener("combobox:chosen", save);
  document.addEventListener("htmx:load", function (event) {
    if (event.target.matches("[data-taker-id]")) choose(event.target);
  });
  /* What comes late, after something else was typed or chosen, is not shown and fills nothing in. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.target.id !== "tomador-novo" || !event.detail.shouldSwap) return;
    var page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    if (!isWaitedFor(page.getElementById("tomador-novo"))) event.detail.shouldSwap = false;
  });
  document.addEventListener("click", function (event) {
    var discard = event.target.closest("[data-draft-discard]");
    if (!discard) return;
    drafts.erase(form().dataset.draft);
    location.assign(discard.dataset.draftDiscard || location.pathname);
  });
  document.addEventListener("submit", function (event) {
    if (event.submitter && event.submitter.hasAttribute("data-draft-sends")) {
      sessionStorage.setItem(SENT, form().dataset.draft);
    }
  });
  begin();
})();
