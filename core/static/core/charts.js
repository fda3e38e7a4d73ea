/* Draws a bar chart from the table beside it: the table is the truth, and what a screen reader reads.

   <figure data-chart data-table="id of the table"><canvas></canvas></figure>
   First column: label; each further column of numbers (data-value): a series, named by its heading. */
(function () {
  "use strict";

  function color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function read(table) {
    var rows = Array.from(table.tBodies[0].rows);
    var heads = Array.from(table.tHead.rows[0].cells).slice(1);
    return {
      labels: rows.map(function (row) {
        return row.cells[0].textContent.trim();
      }),
      series: heads.map(function (head, index) {
        return {
          name: head.textContent.trim(),
          values: rows.map(function (row) {
            return Number(row.cells[index + 1].dataset.value);
          }),
        };
      }),
    };
  }

  /* A column without numbers is for readers of the table alone. */
  function hasNumbers(series) {
    return series.values.some(function (value) {
      return !isNaN(value);
    });
  }

  function bars(series, index) {
    return {
      label: series.name,
      data: series.values,
      backgroundColor: color(index ? "--nitro-warning" : "--tblr-primary"),
      hoverBackgroundColor: color(index ? "--nitro-warning" : "--tblr-link-hover-color"),
      borderRadius: 4,
      maxBarThickness: 18,
      categoryPercentage: 0.85,
    };
  }

  function settings(data) {
    var muted = color("--nitro-muted");
    return {
      type: "bar",
      data: {
        labels: data.labels,
        datasets: data.series.filter(hasNumbers).map(bars),
      },
      options: {
        animation: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 300 },
        maintainAspectRatio: false,
        plugins: {
          legend: { display: data.series.length > 1, labels: { color: muted, boxWidth: 12 } },
          tooltip: { displayColors: false, padding: 10 },
        },
        scales: {
          x: {
            border: { color: color("--tblr-border-color") },
            grid: { display: false },
            ticks: { color: muted, maxRotation: 0, autoSkipPadding: 24 },
          },
          y: {
            beginAtZero: true,
            border: { display: false },
            grid: { color: color("--tblr-border-color-translucent") },
            ticks: { color: muted, precision: 0, maxTicksLimit: 5 },
            suggestedMax: 5,
          },
        },
      },
    };
  }

  function draw(figure) {
    if (figure.nitroChart) figure.nitroChart.destroy();
    var data = read(document.getElementById(figure.dataset.table));
    window.Chart.defaults.font.family = color("--tblr-font-sans-serif") || "sans-serif";
    figure.nitroChart = new window.Chart(figure.querySelector("canvas"), settings(data));
  }

  function drawAll() {
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  document.addEventListener("nitro:theme", drawAll);
  drawAll();
})();
