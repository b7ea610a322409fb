// A phone without network judges a ticket by itself: its signature, its département, the partner it is
// made out to, its amount and its last day. What it accepts stays here until the server has answered
// for it. The words are in the page.
import { scanner } from "./scanning.js";

const root = document.querySelector("[data-offline]");
const word = (name) => document.querySelector(`[data-word="${name}"]`).textContent;
const one = (name) => root.querySelector(`[data-${name}]`);
const STATE = "partner-phone";
const QUEUE = "partner-queue";
const SHOWN = 50;
const read = (name, other) => JSON.parse(localStorage.getItem(name)) ?? other;
const keep = (name, value) => localStorage.setItem(name, JSON.stringify(value));
const euros = (cents) =>
  new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR" }).format(cents / 100);
const hour = (moment) =>
  new Intl.DateTimeFormat("fr-FR", { weekday: "long", hour: "2-digit", minute: "2-digit", timeZone: "Europe/Paris" }).format(new Date(moment));
const dayInParis = (moment) =>
  new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Paris" }).format(moment);

// --- what is judged -----------------------------------------------------------------------------
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const PICTURE = /^SP1\.([A-Za-z0-9_-]{1,400})\.([A-Za-z0-9_-]{86})$/;

const isSigned = async (head, signature, keys) => {
  for (const { kty, crv, x, y } of keys) {
    const named = { name: "ECDSA", namedCurve: "P-256" };
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, named, false, ["verify"]);
    const text = new TextEncoder().encode(head);
    if (await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, text))
      return true;
  }
  return false;
};

// The ticket of a picture, or the word that says why not.
const judge = async (text, wanted, phone, now) => {
  const found = PICTURE.exec(text.trim());
  if (!found) return { why: "NO_TICKET" };
  if (!(await isSigned(`SP1.${found[1]}`, bytes(found[2]), phone.keys))) return { why: "NO_TICKET" };
  const said = JSON.parse(new TextDecoder().decode(bytes(found[1])));
  if (said.d !== phone.departement || said.p !== phone.partner) return { why: "OTHER_PARTNER" };
  if (phone.spent.includes(said.t)) return { why: "SPENT" };
  if (read(QUEUE, []).some((kept) => kept.code === said.t)) return { why: "TAKEN" };
  if (dayInParis(now) > said.x) return { why: "TOO_LATE" };
  const cents = wanted ?? said.c;
  if (cents > said.c) return { why: "TOO_MUCH" };
  return { code: said.t, cents };
};

const asCents = (written) => {
  const clean = written.replace(/[€\s]/g, "").replace(",", ".");
  if (!clean) return undefined;
  return /^\d{1,5}(\.\d{1,2})?$/.test(clean) && Number(clean) > 0 ? Math.round(Number(clean) * 100) : null;
};

// --- the phone ----------------------------------------------------------------------------------
// The server's clock, as far as we know it: that of a phone may be wrong.
const now = () => new Date(Date.now() + (read(STATE, { skew: 0 }).skew ?? 0));
const isReady = (phone) =>
  Boolean(phone?.permit) && now() >= new Date(phone.permit.begun_at) && now() < new Date(phone.permit.until);

const say = (isGood, amount, text) => {
  const box = one("answer");
  box.className = `answer answer-${isGood ? "good" : "bad"}`;
  box.hidden = false;
  one("answer-title").textContent = word(isGood ? "ACCEPTED" : "REFUSED");
  one("answer-amount").textContent = amount;
  one("answer-text").textContent = text;
  box.focus();
};

const draw = () => {
  const phone = read(STATE, null);
  const queue = read(QUEUE, []);
  const waiting = queue.filter((kept) => !kept.answer);
  one('state="ready"').hidden = !isReady(phone);
  one('state="over"').hidden = isReady(phone);
  one("till").hidden = !isReady(phone);
  if (phone?.permit) {
    one("until").textContent = hour(phone.permit.until);
    one("sent-by").textContent = hour(phone.permit.sent_by);
  }
  one("queue").hidden = !queue.length;
  one("send-now").hidden = !waiting.length;
  one("count").textContent = waiting.length ? `${word("SENDING")} ${waiting.length}` : word("NO_SENDING");
  const end = one("end");
  if (end) end.hidden = waiting.length > 0;
  one("list").replaceChildren(
    ...queue.slice(-SHOWN).reverse().map((kept) => {
      const line = document.createElement("li");
      const state = kept.answer ? (kept.answer.accepted ? word("SENT") : `${word("REFUSED")} · ${kept.answer.why}`) : word("TO_SEND");
      line.textContent = `${kept.code.slice(0, 4)} ${kept.code.slice(4)} · ${euros(kept.cents)} · ${state}`;
      return line;
    }),
  );
};

const take = async (text, written) => {
  const phone = read(STATE, null);
  one("take-back").hidden = true;
  if (!isReady(phone)) return say(false, "", word("NOT_READY"));
  const wanted = asCents(written);
  if (wanted === null) return say(false, "", word("AMOUNT"));
  const at = now();
  const ticket = await judge(text, wanted, phone, at).catch(() => ({ why: "NO_TICKET" }));
  if (ticket.why) return say(false, "", word(ticket.why));
  const kept = {
    key: crypto.randomUUID(), text: text.trim(), taken_at: at.toISOString(),
    till: phone.till, partner: phone.partner, ...ticket,
  };
  keep(QUEUE, [...read(QUEUE, []), kept]);
  say(true, euros(ticket.cents), word("KEPT"));
  const back = one("take-back");
  back.hidden = false;
  back.dataset.key = kept.key;
  draw();
  return send();
};

const takeBack = () => {
  const back = one("take-back");
  const queue = read(QUEUE, []);
  const kept = queue.find((other) => other.key === back.dataset.key);
  back.hidden = true;
  if (!kept || kept.answer || isSending) return;
  keep(QUEUE, queue.filter((other) => other !== kept));
  one("answer").className = "answer answer-warn";
  one("answer-title").textContent = "";
  one("answer-text").textContent = word("TAKEN_BACK");
  draw();
};

// --- the network --------------------------------------------------------------------------------
let isSending = false;

const refresh = async () => {
  const answer = await fetch(root.dataset.phone, { headers: { Accept: "application/json" } });
  const isOurs = answer.ok && !answer.redirected;
  one('state="signed-out"').hidden = isOurs;
  if (!isOurs) return null;
  const phone = await answer.json();
  const before = read(STATE, null);
  // Signed in for another partner: what this phone was prepared for stays until it is prepared again.
  if (phone.permit || !before?.permit || now() >= new Date(before.permit.until) || before.partner === phone.partner)
    keep(STATE, { ...phone, csrf: undefined, skew: new Date(phone.now) - Date.now() });
  return phone;
};

const send = async () => {
  if (isSending) return;
  isSending = true;
  try {
    const phone = await refresh();
    if (!phone) return;
    const waiting = read(QUEUE, []).filter((kept) => !kept.answer && kept.partner === phone.partner);
    for (const till of new Set(waiting.map((kept) => kept.till))) {
      const tickets = waiting.filter((kept) => kept.till === till)
        .slice(0, 100)
        .map(({ key, text, cents, taken_at }) => ({ key, text, cents, taken_at }));
      const answer = await fetch(root.dataset.send, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": phone.csrf },
        body: JSON.stringify({ till, tickets }),
      });
      if (!answer.ok || answer.redirected) return;
      const { results } = await answer.json();
      const byKey = new Map(results.map((result) => [result.key, result]));
      keep(QUEUE, read(QUEUE, []).map((kept) => ({ ...kept, answer: kept.answer ?? byKey.get(kept.key) })));
    }
  } catch {
    // No network: later.
  } finally {
    isSending = false;
    draw();
  }
};

if (root && globalThis.crypto?.subtle) {
  scanner(root.querySelector("[data-scan]"), (text) => take(text, one("take").elements.amount.value));
  one("take").addEventListener("submit", (event) => {
    event.preventDefault();
    const { text, amount } = event.target.elements;
    take(text.value, amount.value);
    event.target.reset();
  });
  one("take-back").addEventListener("click", takeBack);
  one("send-now").addEventListener("click", send);
  addEventListener("online", send);
  setInterval(() => read(QUEUE, []).some((kept) => !kept.answer) && send(), 20_000);
  navigator.serviceWorker?.register(root.dataset.worker).then(
    () => navigator.serviceWorker.ready,
  ).then(() => fetch(root.dataset.here)).catch(() => {});
  draw();
  send();
}
