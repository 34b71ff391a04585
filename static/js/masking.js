/* Secrets in what is being written are named before they are sent, and masked at a click. The server masks again what is sent.

   <script type="application/json" id="masking-rules">  [{kind, pattern, tail, flags}], the server's own table
   <form> with texts and files, and in it
     <div class="masking" data-masking data-one="…{}" data-many="…{n}…{}" data-done="…" data-between=", ">
       <p role="status"></p> <button type="button" hidden>

   A pattern has two groups: what leads to the secret, and the secret; the tail is what may follow of it without end. */
(() => {
  const MASK = "{masked}", AFTER = 300, MOST_BYTES = 8 * 1024 * 1024; // larger files are looked at by the server alone
  const table = document.getElementById("masking-rules");
  if (!table) return;
  let rules;
  try {
    rules = JSON.parse(table.textContent).map((rule) => ({
      kind: rule.kind, pattern: new RegExp(rule.pattern, rule.flags), tail: rule.tail && new RegExp(rule.tail, "y"),
    }));
  } catch { return; } // a browser that cannot look back: the server masks

  function found(text) {
    const all = [];
    rules.forEach((rule, order) => {
      rule.pattern.lastIndex = 0;
      for (let match; (match = rule.pattern.exec(text)); rule.pattern.lastIndex = match.index + 1) {
        const start = match.index + match[1].length;
        all.push({ start, end: start + match[2].length, rule, order });
      }
    });
    all.sort((a, b) => a.start - b.start || a.order - b.order);
    const spans = [];
    let at = 0;
    for (const { start, end, rule } of all) {
      if (start < at) continue;
      at = end;
      while (rule.tail) {
        rule.tail.lastIndex = at;
        const more = rule.tail.exec(text);
        if (!more?.[0]) break;
        at += more[0].length;
      }
      spans.push({ start, end: at, kind: rule.kind });
    }
    return spans;
  }

  function masked(text, spans = found(text)) {
    let out = "", at = 0;
    for (const { start, end } of spans) {
      out += text.slice(at, start) + MASK;
      at = end;
    }
    return out + text.slice(at);
  }

  // --- Files: each is read once. What is no UTF-8 text has nothing to mask in the page.
  const looked = new WeakMap();

  function look(file) {
    if (!looked.has(file)) looked.set(file, read(file));
    return looked.get(file);
  }

  async function read(file) {
    if (file.size > MOST_BYTES) return null;
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
      const spans = text.includes("\0") ? [] : found(text);
      return spans.length ? { text, spans } : null;
    } catch { return null; }
  }

  // --- The panel of a form. A page that keeps itself true may put a new form in the place of the old one: nothing is kept.
  const texts = (form) => form.querySelectorAll("textarea, input[type=text], input:not([type])");
  const inputs = (form) => form.querySelectorAll("input[type=file]");
  const panelOf = (form) => form?.querySelector("[data-masking]");
  const waiting = new WeakMap();

  async function show(form, done = false) {
    const panel = panelOf(form);
    if (!panel) return;
    const listed = [];
    for (const field of texts(form)) listed.push(...found(field.value).map((span) => span.kind));
    for (const input of inputs(form)) {
      for (const file of input.files) {
        const there = await look(file);
        if (there) listed.push(...there.spans.map((span) => `${span.kind} · ${file.name}`));
      }
    }
    const words = panel.querySelector("[role=status]"), button = panel.querySelector("button");
    const text = listed.length ? sentence(panel, listed) : done ? panel.dataset.done : "";
    if (words.textContent !== text) words.textContent = text;
    panel.classList.toggle("has-found", Boolean(text));
    button.hidden = !listed.length;
  }

  function sentence(panel, listed) {
    const counts = new Map();
    for (const each of listed) counts.set(each, (counts.get(each) ?? 0) + 1);
    const list = [...counts].map(([name, count]) => (count > 1 ? `${name} ×${count}` : name)).join(panel.dataset.between);
    const words = listed.length === 1 ? panel.dataset.one : panel.dataset.many.replace("{n}", () => listed.length);
    return words.replace("{}", () => list);
  }

  async function maskNow(form) {
    for (const field of texts(form)) {
      const spans = found(field.value);
      if (!spans.length) continue;
      field.value = masked(field.value, spans);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    for (const input of inputs(form)) {
      const transfer = new DataTransfer();
      let isChanged = false;
      for (const file of input.files) {
        const there = await look(file);
        isChanged ||= Boolean(there);
        const { name, type, lastModified } = file;
        transfer.items.add(there ? new File([masked(there.text, there.spans)], name, { type, lastModified }) : file);
      }
      if (!isChanged) continue;
      input.files = transfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    clearTimeout(waiting.get(form));
    await show(form, true);
    panelOf(form).querySelector("[role=status]").focus();
  }

  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.form;
      if (!panelOf(form)) return;
      clearTimeout(waiting.get(form));
      waiting.set(form, setTimeout(() => show(form), AFTER));
    });
  }
  // A file that is sent at once, while the form is still written in, goes without its secrets.
  document.addEventListener("file-chosen", ({ detail }) => {
    const { name, type, lastModified } = detail.file;
    detail.instead = look(detail.file).then((there) => there && new File([masked(there.text, there.spans)], name, { type, lastModified }));
  });
  document.addEventListener("click", (event) => {
    const panel = event.target.closest("[data-masking] button")?.closest("[data-masking]");
    if (panel) maskNow(panel.closest("form"));
  });
  for (const panel of document.querySelectorAll("[data-masking]")) show(panel.closest("form"));
})();
