/* A text field with a list of suggestions from the server (WAI-ARIA combobox): arrows, Enter, Esc.

   <div data-combobox data-url="…" [data-value="id of the hidden field"] [data-empty="said when nothing is found"]
     [data-free-text]> input + list </div>
   With data-free-text the text itself is the answer; without it only a chosen option is. */
(function () {
  "use strict";

  var DELAY = 150;
  var SHORTEST = 2;

  function Combobox(root) {
    this.root = root;
    this.input = root.querySelector("[role=combobox]");
    this.list = root.querySelector("[role=listbox]");
    this.status = root.querySelector("[role=status]");
    this.hidden = root.dataset.value ? document.getElementById(root.dataset.value) : null;
    this.options = [];
    this.active = -1;
    this.timer = null;
    this.request = null;
    this.listen();
  }

  Combobox.prototype.listen = function () {
    var self = this;
    this.input.addEventListener("input", function () {
      if (self.hidden) self.hidden.value = "";
      clearTimeout(self.timer);
      self.timer = setTimeout(self.search.bind(self), DELAY);
    });
    this.input.addEventListener("focus", function () {
      self.root.classList.add("has-focus");
    });
    this.input.addEventListener("keydown", this.onKey.bind(this));
    this.input.addEventListener("blur", function () {
      self.root.classList.remove("has-focus");
      self.takeExactMatch();
      self.close();
    });
    /* Before the field loses focus. */
    this.root.addEventListener("pointerdown", function (event) {
      var option = event.target.closest("[role=option]");
      if (!option) return;
      event.preventDefault();
      self.choose(Number(option.dataset.index));
    });
    this.root.addEventListener("click", function (event) {
      if (event.target.closest("[data-combobox-close]")) self.input.blur();
    });
  };

  Combobox.prototype.onKey = function (event) {
    var open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) this.search();
      else this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && open && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Enter" && open && !this.isFreeText() && this.options.length) {
      event.preventDefault();
      this.choose(0);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  };

  Combobox.prototype.isFreeText = function () {
    return this.root.hasAttribute("data-free-text");
  };

  Combobox.prototype.search = function () {
    var text = this.input.value.trim();
    if (text.length < SHORTEST) return this.close();
    if (this.request) this.request.abort();
    this.request = new AbortController();
    var self = this;
    return fetch(this.root.dataset.url + "?q=" + encodeURIComponent(text), {
      headers: { Accept: "application/json" },
      signal: this.request.signal,
    })
      .then(function (response) {
        if (!response.ok) throw new Error(String(response.status));
        return response.json();
      })
      .then(function (body) {
        if (document.activeElement === self.input) self.show(body.results);
      })
      .catch(function (error) {
        if (error.name !== "AbortError") self.say("Não foi possível carregar sugestões.");
      });
  };

  Combobox.prototype.show = function (options) {
    this.options = options;
    this.active = -1;
    this.list.replaceChildren.apply(this.list, options.map(this.optionElement, this));
    if (!options.length && this.isFreeText()) {
      this.close();
      return this.say("Nicho novo: vamos procurar assim mesmo.");
    }
    if (!options.length) {
      this.close();
      return this.say(this.root.dataset.empty || "Nenhuma cidade com esse nome. Confira a grafia.");
    }
    this.list.hidden = false;
    this.root.classList.add("is-open");
    this.input.setAttribute("aria-expanded", "true");
    return this.say(options.length === 1 ? "1 sugestão" : options.length + " sugestões", true);
  };

  Combobox.prototype.optionElement = function (option, index) {
    var element = document.createElement("li");
    element.id = this.list.id + "-" + index;
    element.className = "combobox-option";
    element.dataset.index = String(index);
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", "false");
    element.textContent = option.hint || option.label;
    return element;
  };

  Combobox.prototype.move = function (step) {
    var count = this.options.length;
    this.active = (this.active + step + (this.active < 0 && step < 0 ? count + 1 : count)) % count;
    var self = this;
    Array.prototype.forEach.call(this.list.children, function (element, index) {
      element.setAttribute("aria-selected", String(index === self.active));
    });
    var current = this.list.children[this.active];
    current.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", current.id);
  };

  Combobox.prototype.choose = function (index) {
    var option = this.options[index];
    this.input.value = option.label;
    if (this.hidden) this.hidden.value = option.id;
    this.close();
    this.say("");
    this.input.dispatchEvent(new CustomEvent("combobox:chosen", { bubbles: true, detail: option }));
  };

  /* Typed in full and not clicked is chosen all the same. */
  Combobox.prototype.takeExactMatch = function () {
    if (!this.hidden || this.hidden.value) return;
    var text = this.input.value.trim().toLowerCase();
    var index = this.options.findIndex(function (option) {
      return option.label.toLowerCase() === text;
    });
    if (index >= 0) this.choose(index);
  };

  Combobox.prototype.close = function () {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.active = -1;
    this.root.classList.remove("is-open");
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  };

  Combobox.prototype.say = function (text, onlyForReaders) {
    this.status.textContent = text;
    this.status.classList.toggle("visually-hidden", Boolean(onlyForReaders) || !text);
  };

  function connect(root) {
    root.querySelectorAll("[data-combobox]:not([data-connected])").forEach(function (element) {
      element.setAttribute("data-connected", "");
      new Combobox(element);
    });
  }

  /* What htmx brings later is connected too. */
  document.addEventListener("htmx:load", function (event) {
    connect(event.target);
  });
  connect(document);
})();
