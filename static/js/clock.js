/* Countdowns that agree with the server. Every text is there before this runs; it only keeps it true.

   <meta name="server-time" content="2026-11-22T05:27:00Z" data-d="d" data-h="h" data-min="min" data-s="s">
   <time data-countdown datetime="DUE" data-left="{} left" data-over="{} over">38 min left</time>
   Business clocks add what is left in working seconds at server-time, and until when the calendar stays open:
   data-seconds="5400" data-open-until="ISO"; a working day is no 24 h, so these never show days.
   A part that was swapped in later says in data-now="ISO" at which server time its data-seconds were counted.

   Durations are floored and have at most two units: "2 d 3 h", "1 h 5 min", "38 min", "45 s".
   Passing zero fires "clock:due" (it bubbles) once: the state is the server's to change. */
(() => {
  const meta = document.querySelector('meta[name="server-time"]');
  if (!meta) return;
  const rendered = Date.parse(meta.content);
  const offset = serverOffset();
  const number = new Intl.NumberFormat(document.documentElement.lang || "en");
  let timer;

  // A page brought back from the cache carries an old server time: the offset then comes from this tab's memory.
  function serverOffset() {
    const [visit] = performance.getEntriesByType("navigation");
    try {
      const known = sessionStorage.getItem("clock-offset");
      if (known !== null && visit?.type === "back_forward") return Number(known);
      sessionStorage.setItem("clock-offset", String(rendered - Date.now()));
    } catch { /* storage is refused: this page's own time will do */ }
    return rendered - Date.now();
  }

  function duration(seconds, days) {
    const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]].slice(days ? 0 : 1);
    const first = units.findIndex(([, size]) => seconds >= size);
    if (first < 0) return `${number.format(0)} ${meta.dataset.s}`;
    const shown = units[first][0] === "min" ? [units[first]] : units.slice(first, first + 2);
    let rest = seconds;
    return shown.map(([unit, size]) => {
      const amount = Math.floor(rest / size);
      rest -= amount * size;
      return amount ? `${number.format(amount)} ${meta.dataset[unit]}` : "";
    }).filter(Boolean).join(" ");
  }

  function remaining(element, now) {
    const { seconds, openUntil } = element.dataset;
    if (seconds === undefined) return (Date.parse(element.dateTime) - now) / 1000;
    const from = Date.parse(element.dataset.now) || rendered;
    const until = openUntil ? Math.min(now, Date.parse(openUntil)) : from;
    return Number(seconds) - Math.max(0, until - from) / 1000;
  }

  function show(element, now) {
    const left = remaining(element, now);
    if (Number.isNaN(left)) return Infinity;
    const { dataset } = element;
    const words = left >= 0 ? dataset.left : dataset.over;
    const text = (words || "{}").replace("{}", duration(Math.floor(Math.abs(left)), dataset.seconds === undefined));
    if (element.textContent !== text) element.textContent = text;
    if (left < 0 && dataset.was === "left") element.dispatchEvent(new CustomEvent("clock:due", { bubbles: true }));
    dataset.was = left < 0 ? "over" : "left";
    return Math.abs(left);
  }

  function tick() {
    clearTimeout(timer);
    const now = Date.now() + offset;
    const least = Math.min(Infinity, ...[...document.querySelectorAll("time[data-countdown]")].map((element) => show(element, now)));
    if (least === Infinity || document.hidden) return;
    timer = setTimeout(tick, least < 90 ? 1000 : 10000);
  }

  tick();
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("htmx:afterSwap", tick);
  document.addEventListener("ticket-changed", tick);
  addEventListener("pageshow", tick);
})();
