// Pictures of what complaints teach: bars with their running share, and control charts.
Object.assign(
  window.perennialCharts,
  (() => {
    const { base, axis, onAxis, figure, part, finePart } = window.perennialChartParts;
    const words = { icon: "roundRect", top: 0, left: 0, itemWidth: 12, itemHeight: 10 };

    function ranked(data, look) {
      const shares = { type: "value", min: 0, max: 1, splitLine: { show: false }, axisLabel: { formatter: onAxis(true) } };
      const shorter = (name) => (name.length > 16 ? `${name.slice(0, 15)}…` : name);
      return {
        ...base(look),
        legend: { ...words, textStyle: { color: look.ink2, fontSize: 12 } },
        grid: { left: 8, right: 8, top: 36, bottom: 8, containLabel: true },
        xAxis: axis(look, { type: "category", data: data.labels, splitLine: { show: false }, axisLabel: { rotate: data.labels.length > 5 ? 35 : 0, formatter: shorter, hideOverlap: false } }),
        yAxis: [axis(look, { type: "value", axisLabel: { formatter: onAxis(false) } }), axis(look, shares)],
        tooltip: {
          ...base(look).tooltip,
          trigger: "axis",
          axisPointer: { type: "shadow" },
          formatter: (points) => [points[0].axisValue, `${data.name}: ${figure(points[0].value)}`, `${data.line_name}: ${finePart.format(points[1].value)}`].join("\n"),
        },
        series: [
          { type: "bar", name: data.name, barMaxWidth: 44, itemStyle: { borderRadius: 2 }, data: data.values.map((value, i) => ({ value, href: data.hrefs?.[i] })) },
          {
            type: "line",
            name: data.line_name,
            yAxisIndex: 1,
            symbolSize: 6,
            lineStyle: { width: 2 },
            data: data.cumulated,
            markLine: { silent: true, symbol: "none", lineStyle: { color: look.lineStrong, type: "dashed" }, label: { formatter: part.format(0.8), color: look.ink2, position: "insideEndTop" }, data: [{ yAxis: 0.8 }] },
          },
        ],
      };
    }

    function control(data, look) {
      const limit = (name, values) => ({ type: "line", name, step: "middle", data: values, showSymbol: false, color: look.series[1], lineStyle: { width: 1.5, type: "dashed" } });
      const fired = new Set(data.fired);
      const point = (value, i) => ({
        value,
        href: data.hrefs?.[i],
        symbol: fired.has(i) ? "diamond" : "circle",
        symbolSize: fired.has(i) ? 13 : 6,
        itemStyle: fired.has(i) ? { color: look.high } : undefined,
      });
      return {
        ...base(look),
        legend: { ...words, icon: undefined, itemWidth: 24, textStyle: { color: look.ink2, fontSize: 12 } },
        grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
        xAxis: axis(look, { type: "category", data: data.labels, boundaryGap: false, splitLine: { show: false } }),
        yAxis: axis(look, { type: "value", axisLabel: { formatter: onAxis(false) } }),
        tooltip: {
          ...base(look).tooltip,
          trigger: "axis",
          formatter: (points) => [points[0].axisValue, ...points.map((one) => `${one.seriesName}: ${figure(one.value)}`)].join("\n"),
        },
        series: [
          { type: "line", name: data.names.value, data: data.values.map(point), color: look.series[0], showSymbol: true, lineStyle: { width: 2 } },
          { ...limit(data.names.centre, data.labels.map(() => data.centre)), color: look.ink2, lineStyle: { width: 1, type: "solid" } },
          limit(data.names.high, data.high),
          limit(data.names.low, data.low),
        ],
      };
    }

    return { ranked, control };
  })(),
);
