/* Fills a form from the Receita (portal/views/registry_fill.py). The slot asks when its input holds a whole CNPJ, or
   when its button is pressed, by POST; the answer polls itself by GET and in the end carries data-fill, values by field name.
   Empty inputs are filled and marked; what a person typed changes only when the person says so. */
(function () {
  "use strict";

  var DELAY = 400;
  var CNPJ = /^[0-9A-Z]{12}[0-9]{2}$/;

  function compact(text) {
    return text.toUpperCase().replace(/[\s./-]/g, "");
  }

  /* "97050-000" is 97050000, and RUA DAS FLORES is Rua das Flores. */
  function isSame(one, other) {
    return plain(one) === plain(other);
  }

  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toUpperCase().replace(/[\s.,()/-]/g, "");
  }

  function inputsOf(form, values) {
    return Object.keys(values)
      .map(function (name) {
        return { input: form.elements[name], value: values[name] };
      })
      .filter(function (pair) {
        return pair.input instanceof HTMLElement;
      });
  }

  /* --- Asking -------------------------------------------------------------------------------------- */
  function ask(slot) {
    var input = document.getElementById(slot.dataset.input);
    slot.dataset.asked = compact(input.value);
    // From the body, whose hx-headers carry the CSRF token; the form's own inputs stay here.
    window.htmx.ajax("POST", slot.dataset.url, {
      values: { cnpj: slot.dataset.asked },
      target: slot.querySelector(".registry-fill-answer"),
      swap: "outerHTML",
    });
  }

  /* Too many asked, the page grew old, no connection: said here, and the button asks again. */
  function tellFailure(event) {
    var answer = event.detail.target;
    if (!answer || !answer.matches("[data-registry-slot] .registry-fill-answer:not([data-poll])")) return;
    var line = document.createElement("p");
    line.className = "registry-fill-line is-problem";
    line.setAttribute("role", "status");
    line.textContent = "Não deu para consultar agora. Preencha à mão ou tente de novo daqui a pouco.";
    answer.replaceChildren(line);
  }

  function start(slot) {
    var input = document.getElementById(slot.dataset.input);
    var button = slot.querySelector("[data-registry-ask]");
    var timer = null;
    button.hidden = !CNPJ.test(compact(input.value));
    button.addEventListener("click", function () {
      ask(slot);
    });
    if (input.readOnly || input.disabled) return;
    input.addEventListener("input", function () {
      clearTimeout(timer);
      var typed = compact(input.value);
      button.hidden = !CNPJ.test(typed);
      if (!CNPJ.test(typed)) {
        if (slot.dataset.asked) slot.querySelector(".registry-fill-answer").replaceChildren();
        slot.dataset.asked = "";
      } else if (typed !== slot.dataset.asked) {
        timer = setTimeout(ask, DELAY, slot);
      }
    });
  }

  /* --- Filling ------------------------------------------------------------------------------------- */
  function mark(input) {
    var field = input.closest(".field");
    var label = field && field.querySelector(".form-label");
    input.dataset.fromRegistry = input.value;
    if (!label || label.querySelector(".registry-mark")) return;
    var note = document.createElement("span");
    note.className = "registry-mark";
    note.textContent = "da Receita";
    label.append(" ", note);
    input.addEventListener("input", function () {
      note.remove();
      delete input.dataset.fromRegistry;
    }, { once: true });
  }

  /* What was said of the value before is not true of this one. */
  function forgive(input) {
    var field = input.closest(".field");
    var error = field && field.querySelector(".field-error");
    input.classList.remove("is-invalid");
    input.removeAttribute("aria-invalid");
    if (error) {
      error.replaceChildren();
      error.hidden = true;
    }
  }

  function set(pair) {
    if (pair.input.value === pair.value) return false;
    pair.input.value = pair.value;
    forgive(pair.input);
    mark(pair.input);
    return true;
  }

  /* A city is its text and its code: one is not changed without the other. */
  function isTyped(form, pair) {
    var partner = form.elements[pair.input.name.replace(/_code$|_text$/, "")];
    var own = pair.input.value && pair.input.dataset.fromRegistry !== pair.input.value;
    var other = pair.input.type === "hidden" && partner && partner !== pair.input && partner.value;
    return Boolean(own || (other && partner.dataset.fromRegistry !== partner.value));
  }

  function fill(answer) {
    var form = answer.closest("form");
    var slot = answer.closest("[data-registry-slot]");
    if (!form || !slot || compact(document.getElementById(slot.dataset.input).value) !== answer.dataset.cnpj) return;
    var pairs = inputsOf(form, JSON.parse(answer.dataset.fill));
    var typed = pairs.filter(function (pair) {
      return isTyped(form, pair);
    });
    var filled = pairs.filter(function (pair) {
      return typed.indexOf(pair) < 0 && set(pair);
    });
    var differing = typed.filter(function (pair) {
      return !isSame(pair.input.value, pair.value);
    });
    report(answer, filled.filter(isShown).length, differing.filter(isShown).length);
    var button = answer.querySelector("[data-fill-overwrite]");
    button.addEventListener("click", function () {
      differing.forEach(set);
      button.hidden = true;
      report(answer, filled.concat(differing).filter(isShown).length, 0);
    });
    form.dispatchEvent(new CustomEvent("registry:filled", { bubbles: true }));
  }

  function isShown(pair) {
    return pair.input.type !== "hidden";
  }

  function count(number) {
    return number === 1 ? "1 campo preenchido" : number + " campos preenchidos";
  }

  function report(answer, filled, differing) {
    var line = answer.querySelector("[data-fill-count]");
    line.hidden = false;
    line.textContent = filled ? count(filled) + " com os dados da Receita." : "Nada a preencher.";
    if (differing) {
      line.textContent += differing === 1
        ? " 1 campo que você digitou ficou como está."
        : " " + differing + " campos que você digitou ficaram como estão.";
    }
    answer.querySelector("[data-fill-overwrite]").hidden = !differing;
  }

  document.querySelectorAll("[data-registry-slot]").forEach(start);
  document.addEventListener("htmx:responseError", tellFailure);
  document.addEventListener("htmx:sendError", tellFailure);
  document.addEventListener("htmx:load", function (event) {
    if (event.target.matches("[data-registry-answer][data-fill]")) fill(event.target);
  });
})();
