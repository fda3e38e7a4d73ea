/* The form of a company: the gateway that the law suggests for a regime, until somebody chooses another. */
(function () {
  "use strict";

  var form = document.querySelector("[data-company-form]");
  if (!form) return;
  var regime = form.elements.tax_regime;
  var gateway = form.elements.gateway;
  var reasons = Array.from(form.querySelectorAll("[data-gateway-reason]"));
  var isOurs = !gateway.value;

  function suggest() {
    reasons.forEach(function (reason) {
      reason.hidden = reason.dataset.gatewayReason !== regime.value;
      if (!reason.hidden && isOurs) gateway.value = reason.dataset.gateway || "";
    });
  }

  regime.addEventListener("change", suggest);
  gateway.addEventListener("change", function () {
    isOurs = !gateway.value;
  });
  suggest();
})();
