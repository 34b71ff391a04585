/* Files are sent in parts while the form is filled in: each with its progress, to pause, to resume after a lost connection or
   a closed tab. Without this script they go with the form.

   <form> with submission_key and csrfmiddlewaretoken
     <div data-uploads data-begin="address" data-owner="user" data-ticket="number" data-remove="name of the button">
       <input type="file" multiple>        to choose; files are dropped on the div and pasted into the form
       <ul data-upload-list>               a row a file, made of <template data-upload-row>
       <div data-upload-wait hidden>       says that the form waits for files, with [data-upload-without], [data-upload-hold]
       <p data-upload-said>                told to a screen reader
       <template data-upload-words>        every word, {} for what is put in

   What is on its way is remembered in localStorage, so that a page opened later knows it. The server says what it has. */
(() => {
  const AT_ONCE = 2, LONGEST_WAIT = 30, BUSY_WAIT = 1500, REMEMBERED = 50, SAID_EVERY = 400;
  const STALLED = 60000, SILENT = 300000; // ms without a byte going out; without an answer
  const ONGOING = new Set(["waiting", "sending", "keeping", "offline"]);
  const UNFINISHED = new Set([...ONGOING, "paused", "signed_out"]);
  const places = new WeakMap();

  class Stop extends Error {
    constructor(state, words) { super(state); this.state = state; this.words = words; }
  }

  const size = (bytes) => {
    if (bytes < 1024) return `${bytes}\u00a0B`;
    const [unit, one] = bytes < 1048576 ? ["KB", 1024] : bytes < 1073741824 ? ["MB", 1048576] : ["GB", 1073741824];
    return `${(bytes / one).toFixed(1)}\u00a0${unit}`;
  };
  const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
  const newKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  function place(root) {
    const form = root.closest("form");
    const input = root.querySelector("input[type=file]");
    const part = (name) => root.querySelector(`[data-upload-${name}]`);
    const list = part("list"), waiting = part("wait"), said = part("said");
    const words = Object.fromEntries([...part("words").content.children].map((each) => [each.dataset.word, each.textContent]));
    const say = (word, ...values) => values.reduce((text, value) => text.replace("{}", value), words[word]);
    const items = new Set();
    let running = 0, held = null, isLeaving = false;

    // --- What is remembered -----------------------------------------------------------------------------------------
    const shelf = `uploads-${root.dataset.owner}`, here = root.dataset.ticket ?? "new";
    function remembered() {
      try { return JSON.parse(localStorage.getItem(shelf) || "[]"); } catch { return []; }
    }
    function remember(change) {
      try { localStorage.setItem(shelf, JSON.stringify(change(remembered()).slice(-REMEMBERED))); } catch { /* refused: nothing is kept */ }
    }
    const forget = (key) => remember((all) => all.filter((each) => each.key !== key));

    // --- Talking to the server ----------------------------------------------------------------------------------------
    /* Resolves to {status, told}; rejects with Stop("offline") when nobody answers, Stop("signed_out") when it is the sign-in page. */
    function ask(item, method, address, { body = null, offset = null, progress = null } = {}) {
      return new Promise((resolve, reject) => {
        const xhr = new XMLHttpRequest();
        item.xhr = xhr;
        xhr.open(method, address);
        xhr.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
        xhr.setRequestHeader("Accept", "application/json");
        if (offset !== null) {
          xhr.setRequestHeader("Upload-Offset", offset);
          xhr.setRequestHeader("Content-Type", "application/octet-stream");
        }
        let stalled = null, hasStalled = false;
        const watch = (most) => {
          clearTimeout(stalled);
          stalled = setTimeout(() => { hasStalled = true; xhr.abort(); }, most);
        };
        watch(progress ? STALLED : SILENT);
        xhr.upload.addEventListener("progress", (event) => { watch(STALLED); progress?.(event.loaded); });
        xhr.upload.addEventListener("load", () => watch(SILENT));
        xhr.addEventListener("loadend", () => clearTimeout(stalled));
        xhr.addEventListener("error", () => reject(new Stop("offline")));
        xhr.addEventListener("abort", () => reject(new Stop(hasStalled ? "offline" : "paused")));
        xhr.addEventListener("load", () => {
          let told = null;
          try { told = JSON.parse(xhr.responseText); } catch { /* a page, not an answer */ }
          if (told) resolve({ status: xhr.status, told });
          else if (xhr.status === 404) resolve({ status: 404, told: {} });
          else reject(new Stop(xhr.status >= 500 || xhr.status === 429 ? "offline" : "signed_out"));
        });
        xhr.send(body);
      });
    }

    const address = (item) => `${root.dataset.begin}${item.key}/`;
    const draft = () => form.elements.submission_key.value;

    // A page that was open over a new sign-in holds an old token: the same page, asked anew, has a good one.
    async function renewToken() {
      try {
        const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
        const fresh = page.querySelector("[name=csrfmiddlewaretoken]");
        if (fresh) form.elements.csrfmiddlewaretoken.value = fresh.value;
      } catch { /* still away */ }
    }

    // --- One file on its way --------------------------------------------------------------------------------------------
    /* Whoever hears of a chosen file may send another in its place: the same without its secrets. */
    async function prepare(item) {
      const detail = { file: item.file, instead: null };
      root.dispatchEvent(new CustomEvent("file-chosen", { bubbles: true, detail }));
      const other = await detail.instead;
      if (other) Object.assign(item, { file: other, size: other.size, isMasked: true });
    }

    async function begin(item) {
      const told = new URLSearchParams({ key: item.key, draft: draft(), name: item.name, size: item.size });
      if (root.dataset.ticket) told.set("ticket", root.dataset.ticket);
      const answer = await ask(item, "POST", root.dataset.begin, { body: told });
      if (answer.status === 404) throw new Stop("refused", item.why = words.failed); // the ticket is not theirs any more
      item.hear(answer);
      remember((all) => [...all.filter((each) => each.key !== item.key), { key: item.key, name: item.name, size: item.original, modified: item.file.lastModified, place: here }]);
    }

    async function sendPart(item) {
      const piece = item.file.slice(item.received, item.received + item.part);
      try { await piece.slice(0, 1).arrayBuffer(); } catch { throw new Stop("changed"); }
      const offset = item.received;
      item.hear(await ask(item, "PATCH", address(item), { body: piece, offset, progress: (loaded) => item.moved(offset + loaded) }));
    }

    async function keep(item) {
      item.show("keeping");
      for (;;) {
        const answer = await ask(item, "POST", address(item), { body: new URLSearchParams({ draft: draft() }) });
        item.hear(answer);
        if (item.state !== "keeping" || answer.status !== 202) return;
        await wait(BUSY_WAIT);
      }
    }

    async function go(item) {
      if (item.file && !item.isMasked) await prepare(item);
      if (item.isBegun) item.hear(await ask(item, "GET", address(item)));
      else await begin(item);
      if (item.state === "kept") await keep(item); // by an earlier page, for another draft
      item.began = { at: Date.now(), received: item.received };
      while (item.state === "sending" && item.received < item.size) {
        await sendPart(item);
        item.tries = 0;
      }
      while (["sending", "keeping"].includes(item.state) && item.received === item.size) await keep(item);
    }

    async function run(item) {
      running += 1;
      item.state = "sending";
      item.show();
      try {
        while (ONGOING.has(item.state)) await tryOnce(item);
      } finally {
        running -= 1;
        pump();
      }
    }

    async function tryOnce(item) {
      try {
        await go(item);
      } catch (stop) {
        if (!(stop instanceof Stop)) throw stop;
        if (stop.state !== "offline") {
          item.state = stop.state;
          item.show();
          return;
        }
        item.show("offline", stop.words);
        item.tries += 1;
        await patience(item);
        if (item.state === "offline") item.state = "sending";
      }
    }

    /* A longer wait after each failure, cut short by the network's return or by the person. */
    function patience(item) {
      const seconds = Math.min(LONGEST_WAIT, 2 ** (item.tries - 1)) * (0.75 + Math.random() / 2);
      return new Promise((done) => {
        const timer = setTimeout(over, seconds * 1000);
        function over() { clearTimeout(timer); removeEventListener("online", over); item.wake = null; done(); }
        addEventListener("online", over);
        item.wake = over;
      });
    }

    function pump() {
      for (const item of items) {
        if (running >= AT_ONCE) break;
        if (item.state === "waiting") run(item);
      }
      settle();
    }

    // --- The row of a file -------------------------------------------------------------------------------------------------
    function row(item) {
      const element = part("row").content.firstElementChild.cloneNode(true);
      const find = (selector) => element.querySelector(selector);
      find("bdi").textContent = item.name;
      find("[data-act=remove] span").textContent = item.name;
      find("progress").setAttribute("aria-label", item.name);
      element.addEventListener("click", (event) => {
        const act = event.target.closest("[data-act]")?.dataset.act;
        if (act) acts[act](item);
      });
      list.append(element);
      list.hidden = false;
      return element;
    }

    const acts = {
      pause(item) {
        item.state = "paused";
        item.xhr?.abort();
        item.wake?.();
        item.show();
        item.focus("resume");
      },
      async resume(item) {
        if (item.state === "offline") { item.wake?.(); return; }
        if (item.state === "signed_out") await renewToken();
        item.tries = 0;
        item.state = "waiting";
        item.show();
        item.focus("pause");
        pump();
      },
      choose() { input.click(); },
      add(item) { item.state = "waiting"; pump(); },
      remove(item) {
        const next = item.element.nextElementSibling ?? item.element.previousElementSibling;
        item.state = "gone";
        item.xhr?.abort();
        item.wake?.();
        items.delete(item);
        item.element.remove();
        list.hidden = !list.children.length;
        (next?.querySelector("button:not([hidden])") ?? input).focus();
        forget(item.key);
        if (item.isBegun) ask({}, "DELETE", address(item)).catch(() => { /* the sweep finds it */ });
        tell();
        settle();
      },
    };

    class Item {
      constructor({ file = null, key = newKey(), name, size: bytes, original = bytes, state = "waiting" }) {
        Object.assign(this, { file, key, name, size: bytes, original, state, received: 0, part: 0, tries: 0, isBegun: false, saidAt: 0 });
        items.add(this);
        this.element = row(this);
        this.show();
      }

      /* Takes over what the server says of it. Throws Stop for what ends or interrupts the sending. */
      hear({ status, told }) {
        if (status === 404) {
          forget(this.key);
          this.isBegun = false;
          if (!this.file) throw new Stop("gone");
          this.key = newKey(); // swept meanwhile: from the start
          throw new Stop("offline");
        }
        if (status === 422) throw new Stop("refused", this.why = told.why);
        if (status >= 500) throw new Stop("offline", told.why);
        if (told.state === undefined) throw new Stop("refused", this.why = told.why ?? words.failed);
        this.isBegun = true;
        if (told.state === "gone") return;
        this.part = told.part;
        this.received = told.received;
        if (told.state === "refused") throw new Stop("refused", this.why = told.why);
        if (told.state === "kept") this.kept(told.file);
        if (told.state === "receiving" && this.state === "keeping") this.state = "sending";
      }

      kept(file) {
        this.state = "kept";
        this.keptAs = file;
        this.show();
        said.textContent = say("said", this.name);
        tell();
      }

      moved(sent) {
        if (Date.now() - this.saidAt < SAID_EVERY) return;
        this.saidAt = Date.now();
        const speed = (sent - this.began.received) / (Date.now() - this.began.at) * 1000;
        const seconds = Math.ceil((this.size - sent) / speed);
        const left = seconds > 90 ? say("minutes", Math.ceil(seconds / 60)) : say("seconds", seconds);
        this.facts(seconds > 3 && Date.now() - this.began.at > 2000 ? say("left", size(sent), size(this.size), left) : say("sending", size(sent), size(this.size)));
        this.element.querySelector("progress").value = sent / this.size * 100;
      }

      facts(text) { this.element.querySelector(".file-facts").textContent = text; }
      focus(act) { this.element.querySelector(`[data-act=${act}]:not([hidden])`)?.focus(); }

      show(state = this.state, why = "") {
        this.state = state;
        const find = (selector) => this.element.querySelector(selector);
        const [sent, all] = [size(this.received), size(this.size)];
        this.facts({
          waiting: () => words.waiting, sending: () => say("sending", sent, all), keeping: () => words.keeping,
          paused: () => say("paused", sent, all), offline: () => why || say("offline", sent, all), changed: () => words.changed,
          signed_out: () => words.signed_out, again: () => say("again", sent, all), here: () => say("here", all),
          kept: () => say("kept", this.keptAs.size), refused: () => this.why, gone: () => words.failed,
        }[state]());
        const shown = {
          waiting: ["pause"], sending: ["pause"], keeping: [], paused: ["resume"], offline: ["resume", "pause"], changed: [],
          signed_out: ["resume"], again: ["choose"], here: ["add"], kept: [], refused: [], gone: [],
        }[state];
        for (const button of this.element.querySelectorAll("[data-act]")) {
          button.hidden = button.dataset.act !== "remove" && !shown.includes(button.dataset.act);
        }
        const isFailed = ["refused", "changed", "gone"].includes(state);
        this.element.classList.toggle("file-refused", isFailed);
        this.element.classList.toggle("file-sending", !["kept", "refused", "changed", "gone", "here"].includes(state));
        this.element.dataset.state = state;
        if (isFailed) said.textContent = `${this.name}: ${find(".file-facts").textContent}`;
        find("progress").value = this.size ? this.received / this.size * 100 : 0;
        if (state === "kept") this.showKept();
        settle();
      }

      showKept() {
        const find = (selector) => this.element.querySelector(selector);
        const { key, contents, sha256, preview, is_masked: isMasked } = this.keptAs;
        const inside = isMasked || this.isMasked ? words.masked : contents;
        this.element.dataset.fileKey = key;
        find(".file-inside").textContent = inside;
        find(".file-inside").hidden = !inside;
        find(".file-sum code").textContent = `SHA-256 ${sha256}`;
        find(".file-sum").hidden = false;
        if (preview) find(".file-preview img").src = preview;
        find(".file-preview").hidden = !preview;
        find(".file-side").hidden = Boolean(preview);
        find(".file-side select").name = preview ? "" : `side-${key}`;
      }
    }

    // --- The form ------------------------------------------------------------------------------------------------------------
    const unfinished = () => [...items].filter((item) => UNFINISHED.has(item.state));
    const tell = () => list.dispatchEvent(new Event("change", { bubbles: true }));

    /* A form that was to be sent goes as soon as nothing is on its way; a part of the page in use is not swapped. */
    function settle() {
      root.toggleAttribute("data-in-use", items.size > 0);
      if (!held || unfinished().length) return;
      const { submitter, awaited } = held;
      held = null;
      waiting.hidden = true;
      const failed = awaited.find((item) => items.has(item) && item.state !== "kept");
      if (failed) failed.focus("remove"); // somebody has to look at it first
      else form.requestSubmit(submitter?.isConnected ? submitter : undefined);
    }

    function hold(submitter) {
      held = { submitter, awaited: unfinished() };
      waiting.hidden = false;
      waiting.scrollIntoView({ block: "nearest" });
    }

    function sendWithout() {
      const { submitter } = held;
      held = null;
      isLeaving = true;
      for (const item of unfinished()) {
        item.state = "paused";
        item.xhr?.abort();
        remember((all) => all.map((each) => (each.key === item.key ? { ...each, place: "next" } : each)));
      }
      form.requestSubmit(submitter?.isConnected ? submitter : undefined);
    }

    part("without").addEventListener("click", sendWithout);
    part("hold").addEventListener("click", () => { held = null; waiting.hidden = true; });

    function take(files) {
      for (const file of files) {
        const known = [...items].find((item) => ["again", "gone"].includes(item.state) && item.name === file.name && item.original === file.size
          && (!item.modified || item.modified === file.lastModified));
        if (known) {
          known.file = file;
          known.state = "waiting";
          known.show();
        } else {
          new Item({ file, name: file.name, size: file.size });
        }
      }
      pump();
    }

    input.addEventListener("change", () => {
      const chosen = [...input.files];
      input.value = ""; // else they went once more with the form
      take(chosen);
    });
    for (const kind of ["dragenter", "dragover"]) {
      root.addEventListener(kind, (event) => { event.preventDefault(); root.classList.add("is-over"); });
    }
    root.addEventListener("dragleave", (event) => { if (!root.contains(event.relatedTarget)) root.classList.remove("is-over"); });
    root.addEventListener("drop", (event) => {
      event.preventDefault();
      root.classList.remove("is-over");
      take([...event.dataTransfer.files]);
    });
    form.addEventListener("paste", (event) => {
      const pasted = [...(event.clipboardData?.files ?? [])];
      if (!pasted.length) return;
      event.preventDefault();
      take(pasted.map(named));
    });

    /* What the clipboard calls image.png is called after the moment. */
    function named(file) {
      if (!/^image\.\w+$/.test(file.name)) return file;
      const at = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
      return new File([file], `${words.shot} ${at}.${file.name.split(".").pop()}`, { type: file.type });
    }

    // A kept file is taken off without sending the page, so that others go on.
    list.addEventListener("click", async (event) => {
      const button = event.target.closest(`button[name="${root.dataset.remove}"]`);
      if (!button) return;
      event.preventDefault();
      const line = button.closest("li");
      try { await ask({}, "DELETE", `${root.dataset.begin}${button.value}/`); } catch (stop) { if (stop.state !== "offline") return; }
      forget(button.value);
      line.remove();
      list.hidden = !list.children.length;
      input.focus();
      tell();
    });

    /* What an earlier page began: its parts are here, or all of it. */
    async function recall() {
      const mine = remembered().filter((each) => each.place === here || each.place === "next");
      for (const each of mine) {
        let answer;
        try { answer = await ask({}, "GET", `${root.dataset.begin}${each.key}/`); } catch { return; }
        const { status, told } = answer;
        const isListed = told.file && list.querySelector(`[data-file-key="${told.file.key}"]`);
        if (status !== 200 || told.file?.is_sent || told.state === "refused") { forget(each.key); continue; }
        if (isListed || [...items].some((known) => known.key === each.key)) continue;
        const found = new Item({ key: each.key, name: told.name, size: told.size, original: each.size, state: told.state === "kept" ? "here" : "again" });
        Object.assign(found, { isBegun: true, received: told.received, part: told.part, modified: each.modified });
        if (told.received === told.size) found.state = "here";
        found.show();
        remember((all) => all.map((kept) => (kept.key === each.key ? { ...kept, place: here } : kept)));
      }
    }

    addEventListener("pageshow", (event) => { if (event.persisted) isLeaving = false; });
    recall();
    return {
      hold,
      isUnfinished: () => !isLeaving && unfinished().length > 0,
      isOngoing: () => !isLeaving && unfinished().some((item) => ONGOING.has(item.state)),
    };
  }

  function begin() {
    for (const root of document.querySelectorAll("[data-uploads]")) {
      if (!places.has(root) && root.closest("form")) places.set(root, place(root));
    }
  }

  const placesIn = (form) => [...form.querySelectorAll("[data-uploads]")].map((root) => places.get(root)).filter(Boolean);

  // Before anybody else hears of it: a form whose files are on their way is sent when they are here.
  addEventListener("submit", (event) => {
    const busy = placesIn(event.target).find((each) => each.isUnfinished());
    if (!busy) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    busy.hold(event.submitter);
  }, true);

  addEventListener("beforeunload", (event) => {
    if ([...document.forms].some((form) => placesIn(form).some((each) => each.isOngoing()))) event.preventDefault();
  });

  document.body.addEventListener("ticket-changed", begin);
  begin();
})();
