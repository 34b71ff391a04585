/* A page whose work goes on elsewhere: while #progress says data-pending, it is asked for anew every two seconds and put in place.
   Without this script the page says how to look again. */
(() => {
  const EVERY = 2000; // ms
  let place = document.getElementById("progress");
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
        const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page && page.getElementById("progress");
        if (fresh) {
          place.replaceWith(fresh);
          place = fresh;
        }
      } catch { /* offline for a moment: the next look tells */ }
    }
    if ("pending" in place.dataset) setTimeout(look, EVERY);
  };
  if (place && "pending" in place.dataset) setTimeout(look, EVERY);
})();
