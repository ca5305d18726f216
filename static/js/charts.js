/* Plotly in the house style. The figures come from the server: <div class="chart" data-figure="id of a JSON script">.
   Any text in a figure that begins with "var(--" is a colour of base.css; it is resolved here, anew for each theme.
   layout.meta.narrow replaces parts of the layout on a chart narrower than 560 px. */
(() => {
  "use strict";
  const NARROW = 560, FACE = "Archivo, Helvetica Neue, Arial, sans-serif";
  const config = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false, showTips: false };
  const switches = new Map();  // chart id -> trace name -> shown or not, as the checkboxes say

  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  function colour(text) {  // light-dark() and var() to an rgb() text
    probe.style.color = text;
    return getComputedStyle(probe).color;
  }

  function resolve(value) {
    if (typeof value === "string") return value.startsWith("var(--") ? colour(value) : value;
    if (Array.isArray(value)) return value.map(resolve);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one)]));
    return value;
  }

  const plain = value => value && typeof value === "object" && !Array.isArray(value);
  function merge(under, over) {
    const out = { ...under };
    Object.entries(over || {}).forEach(([key, value]) => { out[key] = plain(value) && plain(out[key]) ? merge(out[key], value) : value; });
    return out;
  }

  const base = () => resolve({
    font: { family: FACE, size: 13, color: "var(--ink-2)" },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 0, r: 0, t: 14, b: 28 }, showlegend: false, dragmode: false, hovermode: "x unified", bargap: 0.32, autosize: true,
    hoverlabel: { bgcolor: "var(--sheet)", bordercolor: "var(--ink)", font: { family: FACE, size: 13, color: "var(--ink)" }, align: "left" },
    xaxis: { fixedrange: true, spikethickness: 1, spikedash: "solid", spikecolor: "var(--ink-3)", showgrid: false, zeroline: false, linecolor: "var(--ink)", linewidth: 1, ticks: "", tickfont: { color: "var(--ink-2)" } },
    yaxis: { fixedrange: true, gridcolor: "var(--c-grid)", gridwidth: 1, zeroline: false, ticklabelposition: "inside top", ticklabelshift: 0, tickfont: { color: "var(--ink-2)", size: 12 }, rangemode: "tozero", nticks: 5 },
  });
  const note = () => resolve({ showarrow: false, xanchor: "left", yanchor: "bottom", align: "left", font: { family: FACE, size: 12.5, color: "var(--ink)" } });

  function layoutOf(figure, narrow) {
    let layout = merge(base(), figure.layout);
    if (narrow) layout = merge(layout, layout.meta && layout.meta.narrow);
    if (layout.annotations) layout.annotations = layout.annotations.map(one => merge(note(), one));
    delete layout.template;
    return layout;
  }

  function draw(chart) {
    const figure = resolve(JSON.parse(document.getElementById(chart.dataset.figure).textContent));
    const switched = switches.get(chart.id) || new Map();
    figure.data.forEach(trace => { if (switched.has(trace.name)) trace.visible = switched.get(trace.name); });
    return window.Plotly.react(chart, figure.data, layoutOf(figure, chart.clientWidth < NARROW), config);
  }
  const charts = () => Array.from(document.querySelectorAll(".chart[data-figure]"));
  const drawAll = () => charts().forEach(draw);

  function follow() {  // a checkbox with data-chart and data-trace shows or hides the traces of that name
    document.querySelectorAll("input[data-chart][data-trace]").forEach(box => {
      const switched = switches.get(box.dataset.chart) || new Map();
      switched.set(box.dataset.trace, box.checked);
      switches.set(box.dataset.chart, switched);
    });
    drawAll();
  }
  document.addEventListener("change", event => { if (event.target.matches("input[data-chart][data-trace]")) follow(); });
  document.addEventListener("themechange", drawAll);
  document.addEventListener("htmx:after:swap", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);

  const wasNarrow = new WeakMap();  // only a chart that crosses the line is drawn anew; Plotly follows every other resize
  const watch = new ResizeObserver(entries => entries.forEach(({ target }) => {
    const narrow = target.clientWidth < NARROW;
    if (wasNarrow.has(target) && wasNarrow.get(target) !== narrow) draw(target);
    wasNarrow.set(target, narrow);
  }));
  document.fonts.ready.then(() => { follow(); charts().forEach(chart => watch.observe(chart)); });
})();
