"""What an eye, a keyboard and an assistive technology find on a page; each finding is a line."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE_PX, NARROWEST_PX = 375, 320  # the second by WCAG 1.4.10
TARGET_PX = 44
_STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_MOST_TABS = 600
_HEIGHT_PX = 800

_WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= window.innerWidth) return [];
  return [...document.body.querySelectorAll('*')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width > 0 && (box.right > width + 1 || box.left < -1) && !one.closest('.unseen, .skip');
  }).map(one => one.outerHTML.slice(0, 80)).slice(-3);
}"""

_SMALL = """least => [...document.querySelectorAll(
    'button, .button, nav a, .menu a, .rows a, summary, select'
  )]
  .filter(one => !one.closest('.unseen') && one.checkVisibility())
  .map(one => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.height < least - 0.5)
  .map(([one, box]) => `${Math.round(box.height)} px: ${one.outerHTML.slice(0, 80)}`)"""

# Everything that Tab must reach, in the order in which it is read. Of radio buttons Tab reaches one.
_REACHABLE = """() => {
  window.reachable = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
  )].filter(one => one.tabIndex >= 0 && !one.disabled && one.checkVisibility()
    && !(one.type === 'radio' && !one.checked
         && document.querySelector(`input[type=radio][name="${one.name}"]:checked`)));
  return window.reachable.length;
}"""

_FOCUSED = """() => {
  const one = document.activeElement, index = window.reachable.indexOf(one);
  if (one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const bar = document.querySelector('nav.tabs'), over = bar && getComputedStyle(bar).position === 'fixed';
  const free = over && !bar.contains(one) ? bar.getBoundingClientRect().top : window.innerHeight;
  return {
    index, what: one.outerHTML.slice(0, 80),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    hidden: box.bottom > free + 1 || box.top < -1 ? `${box.top}-${box.bottom} of 0-${free}` : '',
  };
}"""


def unfold(page: Page) -> None:
    """Open whatever can be opened, so that it is looked at too."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def sideways(page: Page, *widths_px: int) -> list[str]:
    """What makes the page wider than the screen."""
    found = []
    for width_px in widths_px:
        page.set_viewport_size({"width": width_px, "height": _HEIGHT_PX})
        found += [f"wider than {width_px} px: {what}" for what in page.evaluate(_WIDER)]
    return found


def small_targets(page: Page) -> list[str]:
    """Buttons and links of lists that a finger can miss."""
    return [f"target of {what}" for what in page.evaluate(_SMALL, TARGET_PX)]


def inaccessible(page: Page, *rules: str) -> list[str]:
    """What axe-core finds, by all the rules of WCAG 2.2 AA or by these alone."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": _STANDARDS}
    response = Axe().run(page, options={"runOnly": only, "resultTypes": ["violations"]}).response
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {_why(node)}"
        for violation in response["violations"]
        for node in violation["nodes"]
    ]


def _why(node: dict) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return "; ".join(check["message"] for check in checks) or node["html"]


def unreachable(page: Page) -> list[str]:
    """What Tab does not reach, reaches out of order, or reaches without showing it."""
    number = page.evaluate(_REACHABLE)
    found, at = [], -1
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused is None:
            break
        if focused["index"] == at:  # a field of several parts, such as a time
            continue
        if focused["index"] != at + 1:
            found.append(f"after {at} of {number} Tab reaches {focused['index']}: {focused['what']}")
        if not focused["outlined"]:
            found.append(f"no outline: {focused['what']}")
        if focused["hidden"]:
            found.append(f"not in sight ({focused['hidden']}): {focused['what']}")
        at = focused["index"]
    return found if at == number - 1 else [*found, f"Tab reaches {at + 1} of {number}"]
