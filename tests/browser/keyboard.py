"""One page with a keyboard alone, and enlarged: what a person who has neither mouse nor good eyes meets.

`walk` presses Tab from the top to the end of the page that is open. Each link, button and field must be
reached once, in the order of the page, show where one is (WCAG 2.4.7, 1.4.11: three to one with what is
around), and not be hidden under a bar that stays (2.4.11); Enter must act on each link and button, which
the walk holds back. `enlarged` widens what is read: 200 % of a screen of 1280 px, 320 px across as at 400 %
(1.4.10), text alone twice as large (1.4.4). Both answer what is wrong.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.seeing import MAX_LINE, PROBE

SCREEN = 1280
ENLARGED = ((SCREEN // 2, "à 200 %"), (SCREEN // 4, "à 400 %"))
PREPARE = """() => {
  const LIST = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
  const name = e => (e.innerText || e.getAttribute('aria-label') || e.name || e.id || e.tagName)
    .replace(/\\s+/g, ' ').trim().slice(0, 50);
  const isReached = e => {
    if (e.tabIndex < 0 || e.disabled || e.closest('[inert]')) return false;
    if (!e.checkVisibility({checkVisibilityCSS: true})) return false;
    if (e.type !== 'radio') return true;  // of a group, Tab reaches the one that is chosen, or the first
    const group = [...document.getElementsByName(e.name)].filter(one => one.form === e.form);
    return e === (group.find(one => one.checked) || group[0]);
  };
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const parts = color => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = color; pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data]; };
  const light = color => parts(color).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) {
    const color = getComputedStyle(e).backgroundColor; if (parts(color)[3] > 250) return color; }
    return 'white'; };
  const isShown = e => {  // the outline of the element, or of what it stands in
    for (let one = e, up = 0; one && up < 4; one = one.parentElement, up++) {
      const style = getComputedStyle(one);
      if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) continue;
      const around = ground(parseFloat(style.outlineOffset) < 0 ? one : one.parentElement);
      const [dark, bright] = [light(style.outlineColor), light(around)].sort((a, b) => a - b);
      return (bright + 0.05) / (dark + 0.05) >= 3;
    }
    return false;
  };
  const isHidden = e => {
    const r = e.getBoundingClientRect();
    if (r.width < 2) return false;  // drawn by its label
    const points = [[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]].map(
      ([x, y]) => document.elementFromPoint(r.left + x * r.width, r.top + y * r.height));
    return !points.some(hit => hit && (e.contains(hit) || hit.contains(e)));
  };
  if (!window.walked) {
    addEventListener('keyup', event => {
      const {on, list, reached} = window.walked, e = document.activeElement, at = list.indexOf(e);
      if (!on || event.key !== 'Tab' || at < 0 || at === reached.at(-1)) return;
      reached.push(at);
      if (!isShown(e)) window.walked.faint.push(name(e));
      if (isHidden(e)) window.walked.hidden.push(name(e));
    }, true);
    addEventListener('keydown', event => {
      if (window.walked.on && event.key === 'Enter' && !event.target.matches('a, button, summary'))
        event.preventDefault();
    }, true);
    for (const kind of ['click', 'submit']) addEventListener(kind, event => {
      if (!window.walked.on) return;
      event.preventDefault(); event.stopImmediatePropagation();
      if (kind === 'click') window.walked.acted.add(event.target);
    }, true);
  }
  const list = [...document.querySelectorAll(LIST)].filter(isReached);
  window.walked = {on: true, list, reached: [], faint: [], hidden: [], acted: new Set(), name};
  const start = document.createElement('span');  // from the top, whatever has the focus
  start.tabIndex = -1; document.body.prepend(start); start.focus(); start.remove();
  return list.length + 4 * list.filter(e => e.matches('[type=date], [type=month]')).length;
}"""
READ = """() => {
  const {list, reached, faint, hidden, acted, name} = window.walked;
  window.walked.on = false;
  const missed = list.filter((e, at) => !reached.includes(at)).map(name);
  const late = reached.filter((at, rank) => rank && at < reached[rank - 1] && at !== 0);
  const dead = list.filter((e, at) => reached.includes(at) && e.matches('a, button, summary')
    && !acted.has(e)).map(name);
  const moved = [...document.querySelectorAll('main *')].filter(e => e.checkVisibility()
    && (+getComputedStyle(e).order || /reverse/.test(getComputedStyle(e).flexDirection))
    && e.querySelector('a, button, input')).map(name);
  return {missed, late: late.map(at => name(list[at])), faint, hidden, dead, moved};
}"""
SAID = {
    "missed": "Tab n'y mène pas",
    "late": "n'est pas à sa place dans l'ordre",
    "faint": "ne montre pas qu'on y est",
    "hidden": "caché quand on y est",
    "dead": "Entrée n'y fait rien",
    "moved": "montré ailleurs que dans l'ordre de la page",
}
SKIP = """() => { const link = document.querySelector('a[href="#contenu"]');
  if (link) link.focus(); return Boolean(link); }"""
WIDE = """() => { const page = document.documentElement, wide = page.clientWidth + 1;
  if (page.scrollWidth < wide) return '';
  const e = [...document.querySelectorAll('body *')].find(
    e => e.checkVisibility() && e.getBoundingClientRect().right > wide
      && getComputedStyle(e).position !== 'fixed' && !e.closest('[class*=scroll]'));
  return page.scrollWidth - page.clientWidth + ' px ' + (e ? `${e.tagName}.${e.className}` : ''); }"""
CUT = """() => [...document.querySelectorAll('body *')].filter(e => {
  const s = getComputedStyle(e), r = e.getBoundingClientRect();
  if (e.closest('[aria-hidden=true]')) return false;  // a drawing whose font is of names
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  return own && r.width > 2 && e.checkVisibility() && !e.matches('input, select, textarea, option')
    && ((/hidden|clip/.test(s.overflowX) && e.scrollWidth > e.clientWidth + 1)
     || (/hidden|clip/.test(s.overflowY) && e.scrollHeight > e.clientHeight + 1));
}).map(e => e.textContent.trim().slice(0, 40))"""


def walk(page: Page) -> list[str]:
    """Go through the page by Tab alone; what is wrong."""
    most: int = page.evaluate(PREPARE)
    for _step in range(most):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    found: dict[str, list[str]] = page.evaluate(READ)
    faults = [f"{SAID[kind]} : {rows[0]!r} ×{len(rows)}" for kind, rows in found.items() if rows]
    if not page.evaluate(SKIP):
        return [*faults, "aucun lien ne mène au contenu"]
    page.keyboard.press("Enter")
    if page.evaluate("document.activeElement.id") != "contenu":
        faults.append("le lien vers le contenu n'y mène pas")
    return faults


def enlarged(page: Page) -> list[str]:
    """Enlarge the page; what no longer fits, or is cut."""
    faults = []
    for width, said in ENLARGED:
        page.set_viewport_size({"width": width, "height": 450})
        if wide := page.evaluate(WIDE):
            faults.append(f"{said}, déborde de {wide}")
        faults += _cut(page, said)
        if words := page.evaluate(PROBE, [MAX_LINE])["cut"]:
            faults.append(f"{said}, mot coupé : {words[0]!r} ×{len(words)}")
    page.set_viewport_size({"width": SCREEN, "height": 900})
    before = _text_size(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    if _text_size(page) < 2 * before - 1:
        faults.append("le texte ne grandit pas")
    if wide := page.evaluate(WIDE):
        faults.append(f"texte à 200 %, déborde de {wide}")
    faults += _cut(page, "texte à 200 %")
    page.evaluate("document.documentElement.style.fontSize = ''")
    return faults


def _text_size(page: Page) -> float:
    size: float = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('p')).fontSize)"
    )
    return size


def _cut(page: Page, said: str) -> list[str]:
    found: list[Any] = page.evaluate(CUT)
    return [f"{said}, coupé : {found[0]!r} ×{len(found)}"] if found else []
