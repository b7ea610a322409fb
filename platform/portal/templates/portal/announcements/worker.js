// Shows that a message waits, when the portal is closed; a touch opens it. Nothing is kept.
"use strict";
const HOME = "{% url "portal:announcements" %}";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  const path = typeof said.path === "string" && /^\/(?!\/)/.test(said.path) ? said.path : HOME;
  event.waitUntil(
    self.registration.showNotification(said.title || "", { data: { path }, tag: "socle", lang: "fr" }),
  );
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = event.notification.data.path;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window" });
    const here = open.find((page) => new URL(page.url).pathname === path);
    return here ? here.focus() : self.clients.openWindow(path);
  })());
});
