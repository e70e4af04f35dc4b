"""A browser that asks for the names of a list, and goes on with what was chosen."""

from __future__ import annotations

import html
import re

import httpx


async def choose_names(
    client: httpx.AsyncClient, headers: dict[str, str], page: str, **fields: str
) -> tuple[httpx.Response, dict[str, str]]:
    """Send the panel of a page; return the answer, and headers with the cookie that it set, if it set one."""
    shown = await client.get(page, headers=headers)
    assert shown.status_code == 200, shown.text
    (form,) = re.findall(r'<form [^>]*action="(/registry/pages/names/\w+)">(.*?)</form>', shown.text, re.DOTALL)
    hidden = {
        name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[1])
    }
    chosen = re.search(r'<option value="([\w-]+)" selected', form[1])
    given = {"purpose": chosen[1]} if chosen else {}
    answered = await client.post(form[0].removeprefix("/registry"), data=hidden | given | fields, headers=headers)
    cookies = [cookie for cookie in headers["Cookie"].split("; ") if not cookie.startswith("unionaid_names=")]
    kept = re.search(r"unionaid_names=([^;]*)", answered.headers.get("set-cookie", ""))
    if kept is not None and kept[1].strip('"'):
        cookies.append(f"unionaid_names={kept[1]}")
    return answered, {**headers, "Cookie": "; ".join(cookies)}
