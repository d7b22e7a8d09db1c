"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const data = JSON.parse(document.getElementById("report-data").textContent);

  /* Colours are the style sheet's, as the browser has worked them out. */
  const colour = (name) => {
    const probe = document.createElement("span");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  };

  const chosen = { metric: data.metric, factor: Object.keys(data.factors)[0] ?? null };
  const charts = [];

  const groups = () =>
    chosen.factor === null
      ? [{ name: "arms", has: () => true }]
      : data.factors[chosen.factor].map((level) => ({
          name: level,
          has: (arm) => arm.levels[chosen.factor] === level,
        }));

  const number = (value) =>
    value.toLocaleString("en-US", { maximumSignificantDigits: 3 });

  /* The interval of each mean, under the points. */
  const whiskers = {
    id: "whiskers",
    beforeDatasetsDraw(chart) {
      const { ctx, scales } = chart;
      ctx.save();
      ctx.lineWidth = 1;
      ctx.globalAlpha = 0.45;
      chart.data.datasets.forEach((set, at) => {
        if (set.front || !chart.isDatasetVisible(at)) return;
        ctx.strokeStyle = set.borderColor;
        set.data.forEach((point) => {
          if (point.low === undefined) return;
          const x = scales.x.getPixelForValue(point.x);
          ctx.beginPath();
          ctx.moveTo(x, scales.y.getPixelForValue(point.low));
          ctx.lineTo(x, scales.y.getPixelForValue(point.high));
          ctx.stroke();
        });
      });
      ctx.restore();
    },
  };

  /* The names of the arms that no other beats, where they do not cover each other. */
  const names = {
    id: "names",
    afterDatasetsDraw(chart) {
      const { ctx, scales, chartArea } = chart;
      const front = chart.data.datasets.find((set) => set.front);
      ctx.save();
      ctx.font = `12px ${Chart.defaults.font.family}`;
      ctx.fillStyle = colour("ink");
      ctx.textBaseline = "middle";
      const taken = chart.data.datasets.filter((set) => !set.front).flatMap((set) => set.data.map((point) =>
        [scales.x.getPixelForValue(point.x) - 6, scales.y.getPixelForValue(point.y), 12]));
      [...front.data].reverse().forEach((point) => {
        const x = scales.x.getPixelForValue(point.x);
        const y = scales.y.getPixelForValue(point.y);
        const width = ctx.measureText(point.arm.name).width;
        const spots = [
          [x + 9, y + 11], [x + 9, y - 11], [x - 9 - width, y - 11], [x - 9 - width, y + 11],
        ];
        const spot = spots.find(([left, middle]) =>
          left >= chartArea.left && left + width <= chartArea.right &&
          middle >= chartArea.top + 7 && middle <= chartArea.bottom - 7 &&
          taken.every(([l, m, w]) => left > l + w || left + width < l || Math.abs(middle - m) > 14));
        if (!spot) return;
        taken.push([spot[0], spot[1], width]);
        ctx.fillText(point.arm.name, spot[0], spot[1]);
      });
      ctx.restore();
    },
  };

  const config = (price, axis, frontName) => {
    const metric = data.metrics[chosen.metric];
    const point = (arm, at) => ({
      x: arm[price], y: metric.means[at].mean, low: metric.means[at].low, high: metric.means[at].high, arm,
    });
    const points = data.arms.map(point);
    const known = points.filter((p) => p.x !== null && p.y !== null);
    const xs = known.map((p) => p.x);
    const logarithmic = Math.min(...xs) > 0 && Math.max(...xs) / Math.min(...xs) > 20;
    const ends = known.flatMap((p) => (p.low === undefined ? [p.y] : [p.low, p.high]));
    /* Most metrics end at 1, and so does their axis. */
    const top = Math.max(...ends) <= 1 && Math.max(...ends) > 0.95 ? { max: 1 } : {};
    const ink = colour("ink");
    const quiet = colour("quiet");
    const rule = colour("rule");
    const datasets = groups().map((group, at) => {
      const line = colour(`c${(at % 6) + 1}`);
      const own = known.filter((p) => group.has(p.arm));
      return {
        label: group.name,
        data: own,
        clip: 10,
        borderColor: line,
        backgroundColor: line,
        pointBackgroundColor: own.map((p) => (p.arm.replayed ? colour("paper") : line)),
        pointRadius: own.map((p) => (p.arm.best ? 6 : 4)),
        pointBorderWidth: 2,
        pointHoverRadius: 8,
        pointStyle: ["circle", "rect", "triangle", "rectRot", "star", "cross"][at % 6],
      };
    });
    datasets.push({
      label: "not beaten by any arm",
      front: true,
      data: metric[frontName].map((at) => points[at]).sort((a, b) => a.x - b.x || a.y - b.y),
      showLine: true,
      pointStyle: "line",
      stepped: "before",
      pointRadius: 0,
      pointHitRadius: 0,
      borderColor: quiet,
      borderWidth: 1.5,
      borderDash: [4, 3],
      order: 1,
    });
    const scale = (title) => ({
      title: { display: true, text: title, color: quiet },
      ticks: { color: quiet, maxRotation: 0, autoSkipPadding: 16 },
      grid: { color: rule, drawTicks: false },
      border: { color: quiet, display: true },
    });
    return {
      type: "scatter",
      data: { datasets },
      plugins: [whiskers, names],
      options: {
        responsive: true,
        maintainAspectRatio: false,
        animation: false,
        layout: { padding: { right: 8, top: 4 } },
        scales: {
          x: { ...scale(axis), type: logarithmic ? "logarithmic" : "linear", beginAtZero: !logarithmic, grace: "6%" },
          y: { ...scale(chosen.metric), suggestedMin: Math.min(...ends), suggestedMax: Math.max(...ends), grace: "4%", ...top },
        },
        plugins: {
          legend: {
            position: "bottom",
            align: "start",
            labels: {
              usePointStyle: true,
              boxHeight: 7,
              /* Filled, also where the first point is hollow. */
              generateLabels: (chart) =>
                Chart.defaults.plugins.legend.labels.generateLabels(chart)
                  .filter((item) => datasets.length > 2 || datasets[item.datasetIndex].front)
                  .map((item) => ({ ...item, fontColor: ink, fillStyle: datasets[item.datasetIndex].borderColor })),
            },
          },
          tooltip: {
            filter: (item) => !item.dataset.front,
            displayColors: false,
            callbacks: {
              title: (items) => items.map((item) => item.raw.arm.name),
              label: ({ raw }) => [
                `${chosen.metric} ${number(raw.y)}` +
                  (raw.low === undefined ? "" : ` (${number(raw.low)} to ${number(raw.high)})`),
                `${axis}: ${number(raw.x)}`,
                raw.arm.replayed ? "times replayed from an earlier run" : "times measured in this run",
              ],
            },
          },
        },
      },
    };
  };

  const draw = () => {
    charts.splice(0).forEach((chart) => chart.destroy());
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    [
      ["chart-cost", "cost", data.costAxis, "costFront"],
      ["chart-latency", "time", data.timeAxis, "timeFront"],
    ].forEach(([id, price, axis, front]) =>
      charts.push(new Chart(document.getElementById(id), config(price, axis, front))));
  };

  const control = (title, values, chosenValue, choose) => {
    if (values.length < 2) return;
    const label = document.createElement("label");
    const select = document.createElement("select");
    values.forEach((value) => select.add(new Option(value, value, false, value === chosenValue)));
    select.addEventListener("change", () => {
      choose(select.value);
      draw();
    });
    label.append(title, select);
    const controls = document.getElementById("controls");
    controls.append(label);
    controls.hidden = false;
  };
  control("Quality", Object.keys(data.metrics), chosen.metric, (value) => (chosen.metric = value));
  control("Colour", Object.keys(data.factors), chosen.factor, (value) => (chosen.factor = value));
  draw();

  /* Light and dark: the system's, until the button says otherwise. */
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const isDark = () => (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const told = () => (button.textContent = isDark() ? "Light" : "Dark");
  button.hidden = false;
  told();
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    told();
    draw();
  });
  dark.addEventListener("change", () => {
    told();
    draw();
  });

  /* On paper the page is light and as wide as the paper. */
  addEventListener("beforeprint", () => charts.forEach((chart) => chart.resize()));
  addEventListener("afterprint", () => charts.forEach((chart) => chart.resize()));

  /* A link to a question opens it. */
  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", open);
  open();

  /* Columns sort by their numbers, or their texts; what has none comes last. */
  document.querySelectorAll("table.sortable").forEach((table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      if (head.classList.contains("drawing")) return;
      const sorter = document.createElement("button");
      sorter.type = "button";
      sorter.append(...head.childNodes);
      head.append(sorter);
      sorter.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === null
          ? head.classList.contains("n")
          : head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows].map((row) => {
          const cell = row.cells[column];
          const value = cell.dataset.sort;
          return { row, key: value === undefined ? cell.textContent : value === "" ? null : Number(value) };
        });
        rows.sort((a, b) => {
          if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
          const order = typeof a.key === "number" ? a.key - b.key : a.key.localeCompare(b.key);
          return down ? -order : order;
        });
        table.tBodies[0].append(...rows.map(({ row }) => row));
      });
    });
  });
})();
