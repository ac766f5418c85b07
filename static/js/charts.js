// Draws every element with data-chart from the JSON that data-source names. Colours come from the
// style sheet and follow the theme; a click on a point opens the list behind it.
(() => {
  const COLOURS = {
    ink: "--ink", ink2: "--ink-2", surface: "--surface", surface2: "--surface-2",
    line: "--line", lineStrong: "--line-strong", accentTint: "--accent-tint",
    heat0: "--chart-heat-0", heat1: "--chart-heat-1", onHeat: "--chart-on-heat",
    low: "--chart-low", raised: "--chart-raised", high: "--chart-high",
    exploration: "--chart-3", formation: "--chart-4", stability: "--chart-1",
    decline: "--chart-2", ended: "--chart-5",
    A: "--chart-1", B: "--chart-3", C: "--chart-5",
  };
  const SERIES = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6"];
  const drawn = new Map();

  // Custom properties keep light-dark() unresolved; the computed colour of an element does not.
  function readLook() {
    const probe = document.createElement("span");
    probe.style.transition = "none"; // a colour on its way to another would be read
    document.body.append(probe);
    const colour = (name) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const look = Object.fromEntries(Object.entries(COLOURS).map(([key, name]) => [key, colour(name)]));
    look.series = SERIES.map(colour);
    look.font = getComputedStyle(document.body).fontFamily;
    probe.remove();
    return look;
  }

  // Where the data say so, each point leads where its row of the table behind the picture does, and
  // is named as that one.
  function linked(data, element) {
    if (!data.rows_lead) return data;
    const rows = [...element.closest("figure").querySelectorAll("tbody tr")];
    const ways = rows.map((row) => row.querySelector("th a")?.getAttribute("href"));
    if (data.series) data.series[0].hrefs = ways;
    else if (data.values) data.hrefs = ways;
    data.labels ??= rows.map((row) => row.cells[0].textContent);
    data.bins?.forEach((bin, place) => { bin.href = ways[place]; });
    return data;
  }

  function draw(element, look) {
    const build = window.perennialCharts[element.dataset.chart];
    const source = document.getElementById(element.dataset.source);
    if (!build || !source) return;
    let chart = drawn.get(element);
    if (!chart) {
      chart = window.echarts.init(element);
      chart.on("click", ({ data, componentType }) => {
        if (data?.href && componentType) location.assign(data.href);
      });
      new ResizeObserver(() => chart.resize()).observe(element);
      drawn.set(element, chart);
    }
    chart.setOption(build(linked(JSON.parse(source.textContent), element), look), true);
  }

  function drawAll() {
    for (const [element, chart] of drawn) {
      if (!element.isConnected) {
        chart.dispose();
        drawn.delete(element);
      }
    }
    const elements = document.querySelectorAll("[data-chart]");
    if (!elements.length) return;
    const look = readLook();
    elements.forEach((element) => draw(element, look));
  }

  drawAll();
  document.addEventListener("htmx:afterSettle", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
