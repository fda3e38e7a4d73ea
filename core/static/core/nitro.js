/* Behaviour of the base layout. Everything is found by data attributes; no page has a script of its own. */
(function () {
  "use strict";

  function each(root, selector, action) {
    root.querySelectorAll(selector).forEach(action);
  }

  function csrfToken() {
    return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  }

  /* --- Theme: three buttons, kept in the browser and, when signed in, on the user ----------------- */
  function markTheme() {
    each(document, "[data-theme-value]", function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.themeValue === window.nitroTheme.choice()));
    });
  }

  function chooseTheme(button) {
    window.nitroTheme.set(button.dataset.themeValue);
    var url = button.closest("[data-theme-picker]").dataset.saveUrl;
    if (!url || !document.documentElement.hasAttribute("data-signed-in")) return;
    var body = new URLSearchParams({ theme: button.dataset.themeValue });
    fetch(url, { method: "POST", body: body, headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true" } });
  }

  /* --- Folded menu -------------------------------------------------------------------------------- */
  function markSidebar() {
    var folded = document.documentElement.getAttribute("data-sidebar") === "folded";
    each(document, "[data-sidebar-fold]", function (button) {
      button.setAttribute("aria-pressed", String(folded));
    });
  }

  function foldSidebar() {
    var root = document.documentElement;
    var folded = root.getAttribute("data-sidebar") !== "folded";
    if (folded) root.setAttribute("data-sidebar", "folded");
    else root.removeAttribute("data-sidebar");
    try {
      localStorage.setItem("nitro-sidebar", folded ? "folded" : "open");
    } catch (_error) {
      /* Private windows may refuse; the menu still folds. */
    }
    markSidebar();
  }

  /* --- Toasts: good news goes away by itself, money and failures wait to be read ------------------- */
  var TOAST_MS = 6000;

  function startToasts(root) {
    each(root, "[data-toast]:not([data-started])", function (toast) {
      toast.setAttribute("data-started", "");
      if (toast.hasAttribute("data-sticky")) return;
      setTimeout(function () {
        toast.remove();
      }, TOAST_MS);
    });
  }

  /* --- Polling: 3 s, 10 s after one minute, only while the tab is visible -------------------------- */
  var POLL_FAST = 3000;
  var POLL_SLOW = 10000;
  var POLL_SLOW_AFTER = 60000;
  var polls = new Map();

  function poll() {
    if (document.hidden) return;
    var now = Date.now();
    each(document, "[data-poll]", function (element) {
      var state = polls.get(element.id);
      if (!state) polls.set(element.id, (state = { since: now, last: now }));
      var limit = Number(element.dataset.pollLimit || 0) * 1000;
      if (limit && now - state.since > limit) {
        element.removeAttribute("data-poll");
        each(element, "[data-poll-stopped]", function (note) {
          note.hidden = false;
        });
        return;
      }
      var pause = now - state.since > POLL_SLOW_AFTER ? POLL_SLOW : POLL_FAST;
      if (now - state.last < pause) return;
      state.last = now;
      window.htmx.trigger(element, "poll");
    });
  }

  /* The next answer replaces the note together with its element. */
  function showPollError(event) {
    each(event.target, "[data-poll-error]", function (note) {
      note.hidden = false;
    });
  }

  /* --- The session ended while the page was open ---------------------------------------------------- */
  var SESSION_ENDED =
    "Sua sessão terminou. O que você digitou continua aqui: envie o formulário e entre de novo, sem perder nada.";

  function toast(text) {
    var card = document.createElement("div");
    card.className = "toast-card toast-warning";
    card.setAttribute("data-toast", "");
    card.setAttribute("data-sticky", "");
    card.setAttribute("role", "alert");
    var words = document.createElement("p");
    words.className = "toast-text";
    words.textContent = text;
    var close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.setAttribute("data-toast-close", "");
    close.setAttribute("aria-label", "Fechar aviso");
    card.append(words, close);
    document.getElementById("mensagens").append(card);
  }

  document.addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && form.elements.form_owner) form.setAttribute("data-typed", "");
  });

  /* A part that asked for itself must not lead away from text that was not sent: its server keeps no more
     than was sent, and says so (Form-Kept) when that was all of it. */
  document.addEventListener("htmx:beforeOnLoad", function (event) {
    var answer = event.detail.xhr;
    if (answer.status !== 401 || answer.getResponseHeader("Form-Kept")) return;
    if (!document.querySelector("form[data-typed]:not([data-sent])")) return;
    event.preventDefault();
    if (document.documentElement.hasAttribute("data-session-ended")) return;
    document.documentElement.setAttribute("data-session-ended", "");
    toast(SESSION_ENDED);
  });

  document.addEventListener("htmx:sendError", showPollError);
  document.addEventListener("htmx:responseError", showPollError);
  document.addEventListener("htmx:timeout", showPollError);

  /* --- Passwords ---------------------------------------------------------------------------------- */
  function togglePassword(button) {
    var input = document.getElementById(button.dataset.passwordToggle);
    var shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.setAttribute("aria-label", shown ? "Ocultar senha" : "Mostrar senha");
  }

  /* --- One listener for clicks -------------------------------------------------------------------- */
  document.addEventListener("click", function (event) {
    var target = event.target.closest(
      "[data-theme-value], [data-sidebar-fold], [data-toast-close], [data-password-toggle], " +
        "[data-dialog-open], [data-dialog-close], [data-print]"
    );
    if (!target) {
      if (event.target.matches("dialog.dialog[open]")) event.target.close();
      return;
    }
    if (target.dataset.themeValue) chooseTheme(target);
    else if (target.hasAttribute("data-sidebar-fold")) foldSidebar();
    else if (target.hasAttribute("data-toast-close")) target.closest("[data-toast]").remove();
    else if (target.dataset.passwordToggle) togglePassword(target);
    else if (target.dataset.dialogOpen) document.getElementById(target.dataset.dialogOpen).showModal();
    else if (target.hasAttribute("data-print")) window.print();
    else target.closest("dialog").close();
  });

  /* A form that spends or changes something is sent once; the server's key is what really protects it. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-submit-once") || event.defaultPrevented) return;
    if (form.hasAttribute("data-sent")) {
      event.preventDefault();
      return;
    }
    form.setAttribute("data-sent", "");
    each(form, "[type=submit]", function (button) {
      button.setAttribute("aria-disabled", "true");
      button.classList.add("btn-loading");
    });
  });

  /* The browser keeps the page as it was left: a form that comes back with "Voltar" can be sent again. */
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    each(document, "[data-sent]", function (form) {
      form.removeAttribute("data-sent");
      each(form, "[type=submit]", function (button) {
        button.removeAttribute("aria-disabled");
        button.classList.remove("btn-loading");
      });
    });
  });

  /* A choice in a filter applies at once; text waits for Enter. */
  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-auto-submit]");
    if (form && event.target.matches("select, [type=checkbox], [type=date]")) form.requestSubmit();
  });

  /* A refused form has an address of its own, at which it comes back as it was typed. */
  function showKeptAddress() {
    var kept = document.querySelector("input[data-kept-address]:not([data-kept-address=''])");
    if (kept) history.replaceState(history.state, "", kept.dataset.keptAddress + location.hash);
  }

  /* A refused form shows its first problem. */
  function showFirstProblem() {
    var field = document.querySelector("main [aria-invalid=true]");
    if (field) field.focus();
  }

  /* What was refused (422) comes back as it was sent, with the reasons, and is shown like any other answer. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.xhr.status !== 422) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  document.addEventListener("nitro:theme", markTheme);
  document.addEventListener("htmx:load", function (event) {
    startToasts(event.target);
  });
  document.addEventListener("visibilitychange", poll);
  setInterval(poll, 500);
  markTheme();
  markSidebar();
  startToasts(document);
  showKeptAddress();
  showFirstProblem();
})();
