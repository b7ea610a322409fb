// Has this browser told of what waits: it subscribes, and its answer is sent with the form. Where a browser
// cannot, the form stays hidden, and nothing else changes.
(() => {
  "use strict";
  const form = document.querySelector("form[data-push-key]");
  if (!form || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const refused = document.querySelector("[data-push-refused]");
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

  const subscribe = async () => {
    const worker = form.dataset.pushWorker;
    await navigator.serviceWorker.register(worker, { scope: worker.replace(/[^/]*$/, "") });
    const ready = await navigator.serviceWorker.ready;
    return ready.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytes(form.dataset.pushKey),
    });
  };

  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    try {
      const said = (await subscribe()).toJSON();
      form.elements.endpoint.value = said.endpoint;
      form.elements.p256dh.value = said.keys.p256dh;
      form.elements.auth.value = said.keys.auth;
      form.submit();
    } catch {
      refused.hidden = false;
    }
  });
})();
