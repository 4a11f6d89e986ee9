"""The page before the workbench: plain HTML and one style sheet, no script."""

from __future__ import annotations

from html import escape

from assistant.conversation import other_locale
from serve.texts import Texts


def sign_in_page(texts: Texts, *, problem: str = "", name: str = "", demo: bool = False) -> str:
    """`problem` is a text shown above the fields; `name` what was typed before."""
    alert = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    hint = f'<p class="hint">{escape(texts("demo_hint"))}</p>' if demo else ""
    other = other_locale(texts.language)
    language = "zh-CN" if texts.language == "zh" else "en"
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(texts("sign_in_title"))} · {escape(texts("brand"))}</title>
<link rel="icon" href="/workbench/mark.svg"><link rel="stylesheet" href="/workbench/sign-in.css"></head>
<body><main>
<section class="words"><span class="mark" aria-hidden="true">桂</span>
<h1>{escape(texts("brand"))}</h1><p class="sub">{escape(texts("brand_sub"))}</p>
<p class="lead">{escape(texts("sign_in_lead"))}</p><p>{escape(texts("sign_in_local"))}</p>
<p class="small">{escape(texts("ai_notice"))}</p></section>
<form method="post" action="/workbench/sign-in">
<h2>{escape(texts("sign_in_title"))}</h2>{alert}
<label for="name">{escape(texts("user_name"))}</label>
<input id="name" name="name" value="{escape(name)}" autocomplete="username" required maxlength="60" autofocus>
<label for="password">{escape(texts("password"))}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">
<button type="submit">{escape(texts("sign_in"))}</button>{hint}
<a class="language" href="/workbench/language?to={other}">{escape(texts("language"))}</a>
</form></main></body></html>"""
