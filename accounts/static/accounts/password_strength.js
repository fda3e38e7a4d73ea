/* The strength of a new password, by zxcvbn. Its dictionaries are big, so they come when the field is used. */
(function () {
  "use strict";

  var WORDS = ["Muito fraca", "Fraca", "Razoável", "Boa", "Forte"];

  function loadInOrder(addresses) {
    return addresses.reduce(function (before, address) {
      return before.then(function () {
        return new Promise(function (resolve, reject) {
          var script = document.createElement("script");
          script.src = address;
          script.onload = resolve;
          script.onerror = reject;
          document.head.append(script);
        });
      });
    }, Promise.resolve());
  }

  function buildEngine() {
    var packages = window.zxcvbnts;
    var common = packages["language-common"];
    var portuguese = packages["language-pt-br"];
    return new packages.core.ZxcvbnFactory({
      dictionary: Object.assign({}, common.dictionary, portuguese.dictionary),
      graphs: common.adjacencyGraphs,
      translations: portuguese.translations,
      maxLength: 128,
    });
  }

  /* What an attacker would try first: what the person typed beside the password. */
  function ownWords(input) {
    return Array.from(input.form.querySelectorAll("input[type=text], input[type=email]")).flatMap(function (field) {
      return field.value.split(/[\s@.]+/).filter(Boolean);
    });
  }

  function start(box) {
    var input = document.getElementById(box.dataset.passwordStrength);
    var meter = box.querySelector("meter");
    var text = box.querySelector("p");
    var engine = null;

    function show() {
      box.hidden = !engine || !input.value;
      if (box.hidden) return;
      var result = engine.check(input.value, ownWords(input));
      var score = input.value.length < 8 ? Math.min(result.score, 1) : result.score;
      var advice = result.feedback.warning || result.feedback.suggestions[0] || "";
      meter.value = Math.max(score, 0.25);
      text.textContent = WORDS[score] + (score < 3 && advice ? ". " + advice : "");
    }

    function load() {
      input.removeEventListener("focus", load);
      input.removeEventListener("input", load);
      loadInOrder(box.dataset.engine.split(/\s+/)).then(function () {
        engine = buildEngine();
        show();
      });
    }

    input.addEventListener("focus", load);
    input.addEventListener("input", load);
    input.addEventListener("input", show);
    if (document.activeElement === input) load();
  }

  document.querySelectorAll("[data-password-strength]").forEach(start);
})();
