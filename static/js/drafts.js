/* What is typed is kept as a draft while it is typed, and when the page is left. Without this script a button does it.

   <form data-draft="address to keep it at" [data-draft-page="address that opens it again"]> with the hidden fields
     draft_revision, draft_page, draft_step
     <… data-draft-words data-trouble="…">            when it was kept
     <div data-draft-moved hidden><p></p>              another tab or device was there
       <button data-draft-mine> <a data-draft-theirs>

   Every named field is sent but files, which are kept by the form itself. A write says which revision it saw and the
   how-manieth of this page it is, so that one which overtakes another is understood. */
(() => {
  const AFTER = 1500, AT_LATEST = 10000, AGAIN = 20000;
  const watched = new WeakMap();

  // A page that keeps itself true may put a new form in the place of the old one.
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest?.("form[data-draft]");
      if (!form || event.target.type === "file" || event.target.type === "hidden") return;
      if (!watched.has(form)) watched.set(form, watch(form));
      watched.get(form)();
    });
  }

  /* Returns what is to be called when something was typed. */
  function watch(form) {
    const field = (name) => form.elements[`draft_${name}`];
    const part = (name) => form.querySelector(`[data-draft-${name}]`);
    const words = part("words"), moved = part("moved"), mine = part("mine"), theirs = part("theirs");
    let timer, since = 0, isDirty = false, isMoved = !moved.hidden, isLeaving = false, asking = null, offered = null;

    function typed() {
      isDirty = true;
      since ||= Date.now();
      later(Math.min(AFTER, Math.max(0, since + AT_LATEST - Date.now())));
    }

    function later(wait) {
      clearTimeout(timer);
      timer = setTimeout(keep, wait);
    }

    function typedNow() {
      field("step").value = Number(field("step").value) + 1;
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      isDirty = false;
      since = 0;
      return data;
    }

    async function keep() {
      if (!isDirty || isMoved || isLeaving) return;
      if (asking) return later(AFTER);
      asking = new AbortController();
      try {
        const answer = await fetch(form.dataset.draft, { method: "POST", body: typedNow(), signal: asking.signal });
        if (answer.redirected || !(answer.headers.get("Content-Type") ?? "").includes("json")) throw new Error(answer.status);
        heard(answer.status, await answer.json());
      } catch {
        if (isLeaving) return;
        isDirty = true;
        words.textContent = words.dataset.trouble;
        later(AGAIN);
      } finally {
        asking = null;
      }
    }

    function heard(status, told) {
      if (status === 200) {
        field("revision").value = told.revision;
        words.textContent = told.words;
        if (told.revision && form.dataset.draftPage) history.replaceState(history.state, "", form.dataset.draftPage);
      } else if (status === 409) {
        isMoved = true;
        offered = told.revision;
        moved.querySelector("p").textContent = told.words;
        mine.hidden = offered === null;
        theirs.hidden = !told.url;
        if (told.url) theirs.href = told.url;
        words.textContent = "";
        moved.hidden = false;
      } else {
        words.textContent = told.words;
      }
    }

    mine.addEventListener("click", () => {
      if (offered !== null) field("revision").value = offered;
      isMoved = false;
      isDirty = moved.hidden = true;
      keep();
      words.setAttribute("tabindex", "-1");
      words.focus();
    });

    // Left, closed, or put away on a phone: there may be no later moment.
    function leaving() {
      if (!isDirty || isMoved || isLeaving || !form.isConnected) return;
      if (navigator.sendBeacon(form.dataset.draft, typedNow())) return;
      isDirty = true; // too long for a beacon
      later(0);
    }
    document.addEventListener("visibilitychange", () => { if (document.hidden) leaving(); });
    addEventListener("pagehide", leaving);

    // What is sent is no draft any more; a save that is still on its way is called back.
    form.addEventListener("submit", () => {
      isLeaving = true;
      clearTimeout(timer);
      field("step").value = Number(field("step").value) + 1;
      asking?.abort();
    });
    addEventListener("pageshow", (event) => { if (event.persisted) isLeaving = false; });
    return typed;
  }
})();
