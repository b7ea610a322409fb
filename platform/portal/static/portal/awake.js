// While a ticket is held out to be scanned, the screen stays lit, where the browser can.
(() => {
  "use strict";
  const keep = () => {
    if (document.visibilityState === "visible") {
      navigator.wakeLock?.request("screen").catch(() => {});
    }
  };
  document.addEventListener("visibilitychange", keep);
  keep();
})();
