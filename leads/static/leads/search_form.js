/* The price of the search, before it is asked: "Buscar até N empresas (até N créditos)". The server checks it again. */
(function () {
  "use strict";

  var form = document.querySelector("[data-search-form]");
  if (!form) return;
  var quantity = form.elements.quantity;
  var label = form.querySelector("[data-price-label]");
  var after = form.querySelector("[data-price-after]");
  var price = Number(form.dataset.unitPrice);
  var balance = Number(form.dataset.balance);
  var max = Number(form.dataset.max);
  var written = new Intl.NumberFormat("pt-BR");

  function count(number, one, many) {
    return written.format(number) + " " + (number === 1 ? one : many);
  }

  function show() {
    var asked = Math.floor(Number(quantity.value));
    if (!(asked >= 1)) {
      label.textContent = "Buscar empresas";
      after.textContent = "Escolha quantas empresas você quer.";
      return;
    }
    var cost = asked * price;
    label.textContent =
      "Buscar até " + count(asked, "empresa", "empresas") + " (até " + count(cost, "crédito", "créditos") + ")";
    if (max < 1) {
      after.textContent = "Seu saldo é de " + count(balance, "crédito", "créditos") + ".";
    } else if (asked > max) {
      after.textContent =
        "Seu saldo é de " + count(balance, "crédito", "créditos") + ": dá para buscar até " + count(max, "empresa", "empresas") + ".";
    } else {
      after.textContent = "Saldo depois: a partir de " + count(balance - cost, "crédito", "créditos") + ".";
    }
    after.classList.toggle("is-short", asked > max);
  }

  /* Common quantities, as far as the balance goes. */
  var picks = Array.from(form.querySelectorAll("[data-quantity]"));

  function mark() {
    picks.forEach(function (pick) {
      pick.setAttribute("aria-pressed", String(pick.dataset.quantity === quantity.value));
    });
  }

  picks.forEach(function (pick) {
    pick.hidden = Number(pick.dataset.quantity) > max;
    pick.addEventListener("click", function () {
      quantity.value = pick.dataset.quantity;
      show();
      mark();
    });
  });
  form.querySelector("[data-quantities]").hidden = max < 10;

  quantity.addEventListener("input", function () {
    show();
    mark();
  });
  show();
  mark();
})();
