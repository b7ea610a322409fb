// Passkeys: the one thing of the portal that needs a script. The browser makes or uses a key, and its
// answer is sent with the form. Where browsers know no passkey, the form of a code is there.
(() => {
  "use strict";
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const make = async (options) => {
    const key = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: keys(options.excludeCredentials),
      },
    });
    return {
      id: key.id,
      rawId: text(key.rawId),
      type: key.type,
      response: {
        clientDataJSON: text(key.response.clientDataJSON),
        attestationObject: text(key.response.attestationObject),
      },
    };
  };

  const use = async (options) => {
    const key = await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: keys(options.allowCredentials),
      },
    });
    return {
      id: key.id,
      rawId: text(key.rawId),
      type: key.type,
      response: {
        clientDataJSON: text(key.response.clientDataJSON),
        authenticatorData: text(key.response.authenticatorData),
        signature: text(key.response.signature),
        userHandle: key.response.userHandle ? text(key.response.userHandle) : null,
      },
    };
  };

  if (!window.PublicKeyCredential) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      const problem = form.querySelector("[data-problem]");
      problem.hidden = true;
      try {
        const ask = form.dataset.passkey === "create" ? make : use;
        form.elements.credential.value = JSON.stringify(await ask(JSON.parse(form.dataset.options)));
      } catch {
        problem.hidden = false;
        return;
      }
      form.submit();
    });
  }
})();
