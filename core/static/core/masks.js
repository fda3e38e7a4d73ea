/* Documents are written with their points as they are typed: inputs with data-mask="cnpj", "cpf" or "document" (either).

   Only the beginning of a document is touched, letters of an alphanumeric CNPJ included; anything else stays as
   it was typed, for the server to judge: a digit too many is never cut away, a letter never taken for a digit. */
(function () {
  "use strict";

  var SHAPES = { cpf: "###.###.###-##", cnpj: "##.###.###/####-##" };
  var FITS = { cpf: /^[0-9]{1,11}$/, cnpj: /^[0-9A-Z]{1,12}[0-9]{0,2}$/ };
  var SEPARATORS = /[\s./-]/g;
  var PASTED = new RegExp(
    "(?:^|[^0-9A-Z])([0-9A-Z]{2}\\.?[0-9A-Z]{3}\\.?[0-9A-Z]{3}/?[0-9A-Z]{4}-?[0-9]{2}|[0-9]{3}\\.?[0-9]{3}\\.?[0-9]{3}-?[0-9]{2})(?![0-9A-Z])",
    "i"
  );

  function compact(text) {
    return text.toUpperCase().replace(SEPARATORS, "");
  }

  function kindOf(input, text) {
    if (input.dataset.mask !== "document") return input.dataset.mask;
    return FITS.cpf.test(text) ? "cpf" : "cnpj";
  }

  function write(shape, text) {
    var written = "";
    var next = 0;
    for (var index = 0; index < shape.length && next < text.length; index += 1) {
      written += shape[index] === "#" ? text[next++] : shape[index];
    }
    return written;
  }

  /* Where the caret stands after so many characters of the document. */
  function placeAfter(written, count) {
    var place = 0;
    for (var seen = 0; place < written.length && seen < count; place += 1) {
      if (!/[./-]/.test(written[place])) seen += 1;
    }
    return place;
  }

  function mask(input) {
    var text = compact(input.value);
    var kind = kindOf(input, text);
    if (!FITS[kind].test(text)) return;
    var written = write(SHAPES[kind], text);
    if (written === input.value) return;
    var before = compact(input.value.slice(0, input.selectionStart)).length;
    input.value = written;
    if (document.activeElement !== input) return;
    var place = placeAfter(written, before);
    input.setSelectionRange(place, place);
  }

  function maskAll(root) {
    root.querySelectorAll("[data-mask]").forEach(mask);
  }

  document.addEventListener("input", function (event) {
    if (event.target.matches("[data-mask]") && !event.isComposing) mask(event.target);
  });

  /* "CNPJ: 11.222.333/0001-81" is pasted as what it holds, in place of the whole field. */
  document.addEventListener("paste", function (event) {
    var input = event.target;
    if (!input.matches("[data-mask]")) return;
    var pasted = event.clipboardData.getData("text").trim();
    var found = PASTED.exec(pasted);
    if (!found || found[1] === pasted) return;
    event.preventDefault();
    input.value = found[1];
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("htmx:load", function (event) {
    maskAll(event.target);
  });
  maskAll(document);
})();
