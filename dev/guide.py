# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The user guide as the add-on ships it, made from docs/guide: Odoo shows it offline.

    guide.py write      writes opco_ep_connector/static/guide
    guide.py check      prints what is not up to date; exits 1 if there is any

The order of the pages is that of the links of docs/guide/README.md.
"""

import re
import sys
from html import escape

import shipped
from markdown import Markdown
from shipped import ROOT

GUIDE = ROOT / "docs" / "guide"
SCREENSHOTS = ROOT / "docs" / "screenshots"
SHIPPED = ROOT / "opco_ep_connector" / "static" / "guide"
INDEX = "README.md"
# A guillemet or a high sign never begins or ends a line alone.
LOOSE_SPACES = ((re.compile("« "), "«\u00a0"), (re.compile(" ([»:;?!])"), "\u00a0\\1"))
PAGE_LINK = re.compile(r'href="([\w-]+)\.md(#[^"]*)?"')
PICTURE = re.compile(r'src="\.\./screenshots/([\w-]+\.png)"')
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
HTML = """\
<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{title}</title>
<style>
body {{ margin: 0; font: 16px/1.55 system-ui, sans-serif; color: #212529; }}
nav {{ background: #f1f3f5; padding: 1rem 1.5rem; }}
nav ul {{ list-style: none; margin: 0; padding: 0; }}
nav li {{ margin: .35rem 0; }}
nav [aria-current] {{ font-weight: bold; color: inherit; text-decoration: none; }}
main {{ padding: 1rem 2rem 4rem; max-width: 54rem; }}
a {{ color: #5f3d57; }}
h2 {{ margin-top: 2.2rem; }}
li {{ margin: .3rem 0; }}
img {{ max-width: 100%; border: 1px solid #ced4da; margin: .8rem 0; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid #ced4da; padding: .4rem .7rem; text-align: left; }}
td {{ vertical-align: top; }}
blockquote {{ margin: 1rem 0; padding: .1rem 1rem; border-left: 4px solid #714b67; }}
@media (min-width: 60rem) {{
  body {{ display: flex; }}
  nav {{ flex: 0 0 17rem; min-height: 100vh; box-sizing: border-box; }}
}}
@media print {{ nav {{ display: none; }} }}
</style>
</head>
<body>
<nav>
<ul>
{links}
</ul>
</nav>
<main>
{body}
</main>
</body>
</html>
"""


def pages():
    """Return the names of the pages, the index first."""
    index = (GUIDE / INDEX).read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([\w-]+\.md)\)", index)
    return [INDEX, *dict.fromkeys(linked)]


def shipped_name(page):
    """Return the name of the file made from a page."""
    return "index.html" if page == INDEX else f"{page.removesuffix('.md')}.html"


def source(page):
    """Return the Markdown of a page, with the spaces of French typography."""
    text = (GUIDE / page).read_text(encoding="utf-8")
    for loose, tied in LOOSE_SPACES:
        text = loose.sub(tied, text)
    return text


def title(page):
    """Return the title of a page."""
    return TITLE.search(source(page))[1]


def render(page):
    """Return the HTML of a page."""
    links = "\n".join(
        f'<li><a href="{shipped_name(other)}"{current}>{escape(title(other))}</a></li>'
        for other in pages()
        for current in [' aria-current="page"' if other == page else ""]
    )
    body = Markdown(extensions=["tables", "sane_lists", "toc"]).convert(source(page))
    body = PAGE_LINK.sub(
        lambda link: f'href="{shipped_name(link[1] + ".md")}{link[2] or ""}"', body
    )
    body = PICTURE.sub(r'src="\1"', body)
    return HTML.format(title=escape(title(page)), links=links, body=body)


def wanted():
    """Return {file: bytes} of what the pages make, with their pictures."""
    made = {}
    for page in pages():
        html = render(page)
        made[SHIPPED / shipped_name(page)] = html.encode()
        for picture in re.findall(r'src="([\w-]+\.png)"', html):
            if not (SCREENSHOTS / picture).exists():
                sys.exit(
                    f"{page} shows {picture}, which is not there: make screenshots"
                )
            made[SHIPPED / picture] = (SCREENSHOTS / picture).read_bytes()
    return made


if __name__ == "__main__":
    sys.exit(shipped.main(*sys.argv[1:], wanted(), SHIPPED.glob("*")))
