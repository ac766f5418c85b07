// What each kind of picture looks like: data of the page in, ECharts options out.
// The shapes of the data are described in templates/includes/_chart.html.
window.perennialCharts = (() => {
  const language = document.documentElement.lang || "en";
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const fine = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const part = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const finePart = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });

  const figure = (value) => (Math.abs(value) >= 100 || Number.isInteger(value) ? whole : fine).format(value);
  const onAxis = (percent) => (value) =>
    percent ? part.format(value) : (Math.abs(value) >= 10000 ? short : fine).format(value);
  const inWords = (percent, unit) => (value) =>
    percent ? finePart.format(value) : [figure(value), unit].filter(Boolean).join(" ");

  function base(look) {
    return {
      animationDuration: 250,
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      color: look.series,
      textStyle: { fontFamily: look.font, color: look.ink },
      grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
      tooltip: {
        renderMode: "richText",
        backgroundColor: look.surface,
        borderColor: look.lineStrong,
        borderWidth: 1,
        padding: [6, 10],
        confine: true,
        textStyle: { color: look.ink, fontSize: 13, fontFamily: look.font },
      },
    };
  }

  const axis = (look, more) => ({
    nameTextStyle: { color: look.ink2, fontSize: 12 },
    axisLabel: { color: look.ink2, fontSize: 12, hideOverlap: true, ...more.axisLabel },
    axisLine: { lineStyle: { color: look.lineStrong } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: look.line } },
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "axisLabel")),
  });

  const named = (name, gap = 28) => (name ? { name, nameLocation: "middle", nameGap: gap } : {});
  // A name beside the vertical axis would turn the head; it stands above it instead.
  const above = (look, name) =>
    name ? { name, nameLocation: "end", nameGap: 10, nameTextStyle: { align: "left", color: look.ink2, fontSize: 12 } } : {};
  const roomAbove = (data) => (data.y_name ? 34 : 16);

  const legend = (look, data) =>
    data.series.length > 1
      ? { top: 0, left: 0, itemWidth: 12, itemHeight: 10, icon: "roundRect", textStyle: { color: look.ink2, fontSize: 12 } }
      : { show: false };

  const onPhone = () => matchMedia("(max-width: 40rem)").matches;
  // On a phone many names take two lines.
  const roomForLegend = (data) => (data.series.length < 2 ? 16 : data.series.length > 3 && onPhone() ? 60 : 36);

  function pareto(data, look) {
    const cuts = data.cuts || [];
    const ends = [0, ...cuts.map((cut) => cut.x), 1];
    const tints = [look.accentTint, look.surface2, look.surface];
    const areas = ends.slice(1).map((end, i) => [
      {
        xAxis: ends[i],
        itemStyle: { color: tints[Math.min(i, 2)] },
        name: cuts[i]?.area ?? cuts[i]?.label ?? data.rest?.label ?? "",
        href: cuts[i]?.href ?? data.rest?.href,
      },
      { xAxis: end },
    ]);
    return {
      ...base(look),
      grid: { left: 8, right: 20, top: roomAbove(data), bottom: 28, containLabel: true },
      xAxis: axis(look, { type: "value", max: 1, axisLabel: { formatter: onAxis(true) }, splitLine: { show: false }, ...named(data.x_name) }),
      yAxis: axis(look, { type: "value", max: 1, axisLabel: { formatter: onAxis(true) }, ...above(look, data.y_name) }),
      tooltip: {
        ...base(look).tooltip,
        trigger: "axis",
        axisPointer: { type: "line", lineStyle: { color: look.lineStrong } },
        formatter: ([point]) =>
          `${data.x_name}: ${finePart.format(point.value[0])}\n${data.y_name}: ${finePart.format(point.value[1])}`,
      },
      series: [
        {
          type: "line",
          data: data.points,
          showSymbol: false,
          lineStyle: { width: 2.5 },
          markArea: { emphasis: { disabled: true }, label: { color: look.ink, fontWeight: 600, position: "insideBottom" }, data: areas },
        },
        {
          type: "scatter",
          symbolSize: 10,
          tooltip: { show: false },
          data: cuts.filter((cut) => cut.x < 0.99).map((cut) => ({ value: [cut.x, cut.y], href: cut.href, name: cut.label })),
          label: {
            show: true,
            position: "bottom",
            align: "left",
            offset: [10, 4],
            color: look.ink,
            formatter: ({ name, value }) => `${name}: ${finePart.format(value[0])} → ${part.format(value[1])}`,
          },
        },
      ],
    };
  }

  function bars(data, look) {
    const words = inWords(data.percent, data.unit);
    const category = axis(look, { type: "category", data: data.labels, inverse: Boolean(data.horizontal), splitLine: { show: false } });
    const amount = axis(look, { type: "value", axisLabel: { formatter: onAxis(data.percent) } });
    // Figures beside each other need room: with many bars they are short, and none on a phone.
    const cramped = !data.horizontal && data.labels.length > 4;
    const few = data.series.length === 1 && data.labels.length <= 8 && !(cramped && onPhone());
    return {
      ...base(look),
      aria: { enabled: true, label: { enabled: false }, decal: { show: data.series.length > 1 } },
      legend: legend(look, data),
      grid: { left: 8, right: data.horizontal && few ? 72 : 16, top: roomForLegend(data), bottom: 8, containLabel: true },
      xAxis: data.horizontal ? amount : category,
      yAxis: data.horizontal ? category : amount,
      tooltip: { ...base(look).tooltip, trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: words },
      series: data.series.map((series) => ({
        type: "bar",
        name: series.name,
        stack: data.stack ? "all" : undefined,
        barMaxWidth: 44,
        itemStyle: { borderRadius: data.stack ? 0 : 2 },
        label: few ? { show: true, position: data.horizontal ? "right" : "top", color: look.ink, formatter: ({ value }) => (cramped ? onAxis(data.percent)(value) : words(value)) } : undefined,
        data: series.values.map((value, i) => ({ value, href: series.hrefs?.[i] })),
      })),
    };
  }

  function histogram(data, look) {
    return {
      ...base(look),
      grid: { left: 8, right: 16, top: roomAbove(data), bottom: data.x_name ? 28 : 8, containLabel: true },
      xAxis: axis(look, { type: "category", data: data.bins.map((bin) => bin.label), ...named(data.x_name) }),
      yAxis: axis(look, { type: "value", axisLabel: { formatter: onAxis(false) }, ...above(look, data.y_name) }),
      tooltip: {
        ...base(look).tooltip,
        formatter: ({ name, value }) => `${name}\n${figure(value)} ${data.y_name || ""}`,
      },
      series: [
        {
          type: "bar",
          barCategoryGap: "12%",
          data: data.bins.map((bin) => ({ value: bin.value, href: bin.href, itemStyle: { color: look[bin.tone] || look.series[0], borderRadius: 2 } })),
        },
      ],
    };
  }

  function band(series, name) {
    // From below zero to above it, too: by default values of either sign are stacked apart.
    const quiet = { type: "line", stack: name, stackStrategy: "all", showSymbol: false, silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
    return [
      { ...quiet, data: series.low },
      { ...quiet, data: series.high.map((high, i) => high - series.low[i]), areaStyle: { opacity: 0.16 } },
    ];
  }

  function lines(data, look) {
    const words = inWords(data.percent, data.unit);
    const marks = (data.marks || []).map((mark) => ({ yAxis: mark.value, label: { formatter: mark.label, color: look.ink2, position: "insideEndTop" } }));
    const dashes = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
    const signs = ["circle", "rect", "triangle", "diamond"];
    const drawn = data.series.flatMap((series, i) => {
      const colour = look.series[i % look.series.length];
      const main = {
        type: "line",
        name: series.name,
        data: series.values.map((value, j) => ({ value, href: series.hrefs?.[j] })),
        color: colour,
        symbol: signs[i % signs.length],
        symbolSize: 6,
        showSymbol: data.labels.length <= 40,
        lineStyle: { width: 2, type: series.dashed ? "dashed" : dashes[i % dashes.length] },
        markLine: i === 0 && marks.length ? { silent: true, symbol: "none", lineStyle: { color: look.lineStrong, type: "dashed" }, data: marks } : undefined,
      };
      const around = series.low ? band(series, `band-${i}`).map((one) => ({ ...one, color: colour })) : [];
      return [...around, main];
    });
    return {
      ...base(look),
      legend: { ...legend(look, data), icon: undefined, itemWidth: 24, data: data.series.map((series) => series.name) },
      grid: { left: 8, right: 16, top: roomForLegend(data), bottom: 8, containLabel: true },
      xAxis: axis(look, { type: "category", data: data.labels, boundaryGap: false, splitLine: { show: false } }),
      yAxis: axis(look, { type: "value", scale: Boolean(data.scale), axisLabel: { formatter: onAxis(data.percent) } }),
      tooltip: {
        ...base(look).tooltip,
        trigger: "axis",
        formatter: (points) =>
          [points[0].axisValueLabel, ...points.filter((point) => point.seriesName && data.series.some((one) => one.name === point.seriesName)).map((point) => `${point.seriesName}: ${words(point.value)}`)].join("\n"),
      },
      series: drawn,
    };
  }

  function heatmap(data, look) {
    const most = Math.max(1, ...data.cells.map((cell) => cell[2]));
    return {
      ...base(look),
      grid: { left: 8, right: 8, top: roomAbove(data), bottom: data.x_name ? 28 : 8, containLabel: true },
      xAxis: axis(look, { type: "category", data: data.x, axisLine: { show: false }, splitLine: { show: false }, ...named(data.x_name) }),
      yAxis: axis(look, { type: "category", data: data.y, inverse: true, axisLine: { show: false }, splitLine: { show: false }, name: data.y_name, nameLocation: "start", nameGap: 10, nameTextStyle: { align: "left", color: look.ink2 } }),
      // Those who stay outnumber those who move by far: the root keeps the moves visible.
      visualMap: { show: false, dimension: 3, min: 0, max: Math.sqrt(most), inRange: { color: [look.heat0, look.heat1] } },
      tooltip: {
        ...base(look).tooltip,
        formatter: ({ value }) => `${data.y_name}: ${data.y[value[1]]}\n${data.x_name}: ${data.x[value[0]]}\n${figure(value[2])}`,
      },
      series: [
        {
          type: "heatmap",
          itemStyle: { borderColor: look.surface, borderWidth: 2, borderRadius: 4 },
          data: data.cells.map(([x, y, value, href]) => ({
            value: [x, y, value, Math.sqrt(value)],
            href,
            label: { show: true, fontSize: 13, fontWeight: 600, formatter: figure(value), color: Math.sqrt(value / most) > 0.5 ? look.onHeat : look.ink },
          })),
        },
      ],
    };
  }

  function sankey(data, look) {
    const label = Object.fromEntries(data.nodes.map((node) => [node.name, node.label || node.name]));
    return {
      ...base(look),
      tooltip: {
        ...base(look).tooltip,
        formatter: ({ dataType, data: one, value }) =>
          dataType === "edge" ? `${label[one.source]} → ${label[one.target]}\n${figure(value)} ${data.unit || ""}` : `${label[one.name]}: ${figure(value)} ${data.unit || ""}`,
      },
      series: [
        {
          type: "sankey",
          left: 4,
          right: 96,
          top: 8,
          bottom: 8,
          nodeWidth: 12,
          nodeGap: 16, // two names under each other
          emphasis: { focus: "adjacency" },
          label: { color: look.ink, fontSize: 12, formatter: ({ name }) => label[name] },
          lineStyle: { color: "source", opacity: 0.28, curveness: 0.5 },
          data: data.nodes.map((node) => ({ name: node.name, href: node.href, itemStyle: { color: look[node.tone] || look.series[0], borderWidth: 0 } })),
          links: data.links,
        },
      ],
    };
  }

  function scatter(data, look) {
    const largest = Math.max(1e-9, ...data.points.map((point) => point.size ?? 0));
    const top = Math.max(0, ...data.points.map((point) => Math.max(point.x, point.y)));
    const middle = data.points.reduce((sum, point) => sum + point.x, 0) / Math.max(1, data.points.length);
    const xWords = inWords(data.x_percent);
    const yWords = inWords(data.y_percent);
    return {
      ...base(look),
      grid: { left: 8, right: 24, top: roomAbove(data), bottom: 28, containLabel: true },
      xAxis: axis(look, { type: "value", scale: !data.diagonal, axisLabel: { formatter: onAxis(data.x_percent) }, ...named(data.x_name) }),
      yAxis: axis(look, { type: "value", scale: !data.diagonal, axisLabel: { formatter: onAxis(data.y_percent) }, ...above(look, data.y_name) }),
      tooltip: {
        ...base(look).tooltip,
        formatter: ({ data: one }) => `${one.name}\n${data.x_name}: ${xWords(one.value[0])}\n${data.y_name}: ${yWords(one.value[1])}`,
      },
      series: [
        {
          type: "scatter",
          itemStyle: { opacity: 0.7 },
          data: data.points.map((point) => ({
            value: [point.x, point.y],
            name: point.label,
            href: point.href,
            label: data.named ? { show: true, position: point.x > middle ? "left" : "right", color: look.ink, fontSize: 12, formatter: point.label } : undefined,
            symbolSize: point.size === undefined ? 9 : 6 + 24 * Math.sqrt(Math.max(point.size, 0) / largest),
          })),
          markLine: data.diagonal
            ? { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: look.lineStrong, type: "dashed" }, data: [[{ coord: [0, 0] }, { coord: [top, top] }]] }
            : undefined,
        },
      ],
    };
  }

  // Values with their intervals, a line each; several series stand below each other in a group.
  function dots(data, look) {
    const words = inWords(data.percent, data.unit);
    const count = data.series.length;
    const place = (i, j) => j + (i - (count - 1) / 2) * 0.3;
    const signs = ["circle", "emptyCircle", "triangle"];
    const most = Math.max(0, ...data.series.flatMap((series) => series.high));
    const sentence = (series, j) => {
      const around = series.low[j] === series.high[j] ? "" : ` (${words(series.low[j])} – ${words(series.high[j])})`;
      return `${data.labels[j]}\n${series.name}: ${words(series.values[j])}${around}`;
    };
    const drawn = data.series.map((series, i) => {
      const colour = look.series[i % look.series.length];
      const known = series.values.flatMap((value, j) => (value === null ? [] : [j]));
      return {
        type: "scatter",
        name: series.name,
        color: colour,
        symbol: signs[i % signs.length],
        symbolSize: i ? 8 : 11,
        data: known.map((j) => ({ value: [series.values[j], place(i, j)], href: series.hrefs?.[j], words: sentence(series, j) })),
        label: { show: i === 0, position: "top", distance: 4, color: look.ink, fontSize: 12, formatter: ({ value }) => words(data.percent || data.fine ? value[0] : Math.round(value[0])) },
        markLine: {
          silent: true,
          symbol: "none",
          label: { show: false },
          lineStyle: { color: colour, type: "solid", width: i ? 1.5 : 2.5, opacity: 0.75 },
          data: known.map((j) => [{ coord: [series.low[j], place(i, j)] }, { coord: [series.high[j], place(i, j)] }]),
        },
      };
    });
    return {
      ...base(look),
      legend: { ...legend(look, data), icon: undefined },
      grid: { left: 8, right: 24, top: count > 1 ? 36 : 12, bottom: 8, containLabel: true },
      // The axis knows the dots only: it has to reach the ends of the intervals, too.
      xAxis: axis(look, { type: "value", min: data.least, max: data.most ?? Math.ceil(most * 10) / 10, axisLine: { show: false }, axisLabel: { formatter: onAxis(data.percent) } }),
      yAxis: axis(look, {
        type: "value",
        inverse: true,
        min: -0.6,
        max: data.labels.length - 0.4,
        axisLabel: {
          customValues: data.labels.map((_, j) => j),
          formatter: (value) => data.labels[value] ?? "",
          hideOverlap: false,
          // Long names leave the dots their room.
          ...(onPhone() ? { width: 112, overflow: "break", fontSize: 11 } : {}),
        },
        axisLine: { show: false },
        splitLine: { show: false },
      }),
      tooltip: { ...base(look).tooltip, formatter: ({ data: one }) => one.words },
      series: drawn,
    };
  }

  // What kinds of picture in other files are made with.
  window.perennialChartParts = { base, axis, above, onAxis, inWords, figure, part, finePart };
  return { pareto, bars, histogram, lines, dots, heatmap, sankey, scatter };
})();
