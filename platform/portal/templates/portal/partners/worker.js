{% load static %}// Keeps the page of a phone without network, and what it needs. Nothing else of the portal.
"use strict";
const KEPT = "socle-partner-1";
const PAGE = "{% url "portal:partner-offline" %}";
const PARTS = [
  "{% static "portal/offline.js" %}", "{% static "portal/scanning.js" %}",
  "{% static "portal/vendor/qr/decode.js" %}", "{% static "portal/vendor/qr/index.js" %}",
  "{% static "portal/partners.css" %}", "{% static "ui/tokens.css" %}", "{% static "ui/base.css" %}",
  "{% static "ui/components.css" %}", "{% static "ui/icons.svg" %}", "{% static "ui/emblems.svg" %}",
  "{% static "ui/favicon.svg" %}", "{% url "portal:brand" %}",
];
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(PARTS)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});
const fresh = async (request, kept) => {
  const found = await fetch(request);
  if (found.ok && !found.redirected) await kept.put(request, found.clone());
  return found;
};
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isPart = PARTS.some((part) => part.split("?")[0] === url.pathname);
  const isPage = url.pathname === PAGE && event.request.method === "GET";
  if (url.origin !== self.location.origin || (!isPart && !isPage)) return;
  event.respondWith((async () => {
    const kept = await caches.open(KEPT);
    try {
      return await fresh(event.request, kept);
    } catch (problem) {
      const found = await kept.match(event.request, { ignoreSearch: true });
      if (found) return found;
      throw problem;
    }
  })());
});
