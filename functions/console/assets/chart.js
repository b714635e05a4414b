// A line chart over days, drawn by uPlot, which is fetched when the first one is.

import { el } from './dom.js';

/** The lines: no two alike in dash and colour. */
const LINES = { asked: [2, 3], granted: [7, 4], sent: [], opened: [9, 3, 2, 3] };
const HEIGHT = 260;
let fetched;

function uplot() {
  fetched ??= new Promise((done, fail) => {
    const script = el('script', { src: '/console/uplot.js', onload: () => done(window.uPlot), onerror: () => ((fetched = undefined), script.remove(), fail(new TypeError('uplot.js'))) });
    document.head.append(script);
  });
  return fetched;
}

/** A chart of `days` in `place`, until `signal` is aborted. What it shows stands in words in `label`. */
export async function chart(place, days, label, signal) {
  const Plot = await uplot();
  if (signal.aborted) return;
  const data = [days.map(({ day }) => Date.parse(day) / 1000), ...Object.keys(LINES).map((name) => days.map((each) => each[name]))];
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', label);
  let drawn;
  const draw = () => {
    drawn?.destroy();
    drawn = new Plot(options(Plot, place.clientWidth), data, place);
  };
  draw();
  const resized = new ResizeObserver(() => drawn.setSize({ width: place.clientWidth, height: HEIGHT }));
  resized.observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw, { signal });
  signal.addEventListener('abort', () => (resized.disconnect(), drawn.destroy()), { once: true });
}

function options(Plot, width) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: colour('soft'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line'), width: 1 }, font: '12px system-ui' };
  const line = ([name, dash]) => ({ label: name[0].toUpperCase() + name.slice(1), stroke: colour(name), width: 2, dash, points: { size: 5 } });
  const dates = { value: (_, at) => (at === null ? '–' : new Date(at * 1000).toISOString().slice(0, 10)), label: 'Day' };
  return {
    width,
    height: HEIGHT,
    tzDate: (at) => Plot.tzDate(new Date(at * 1000), 'Etc/UTC'),
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, low, high) => [0, Math.max(4, high * 1.08)] } },
    axes: [{ ...axis, incrs: [1, 2, 7, 14, 28].map((days) => days * 86_400), values: (_, ticks) => ticks.map(dayAndMonth) }, { ...axis, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7] }],
    series: [dates, ...Object.entries(LINES).map(line)],
    legend: { markers: { width: 2 } },
  };
}

const SHORT = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayAndMonth = (at) => SHORT.format(new Date(at * 1000));
