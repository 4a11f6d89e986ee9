import assert from "node:assert/strict";
import { test } from "node:test";
import { allowedLink } from "../src/link";

const OWN = ["https://park.example.cn", "http://127.0.0.1:8000"];

test("own pages and the government's may be linked", () => {
  for (const link of ["https://www.gov.cn/a?b=1#c", "https://gov.cn/", "https://gxt.gxzf.gov.cn/", "https://park.example.cn/x", "http://127.0.0.1:8000/y"])
    assert.equal(allowedLink(link, OWN), link);
});

test("nothing else may", () => {
  for (const link of ["", "/x", "//gov.cn", "http://www.gov.cn/", "https://gov.cn.evil.example/", "https://xgov.cn/", "https://u@gov.cn/", "https://gov.cn:444/", "javascript:1", "https://park.example.cn.evil.example", "http://127.0.0.1:8001/", "https://gov.cn\\@evil.example", "https://evil.example/ https://gov.cn/", "https://"])
    assert.equal(allowedLink(link, OWN), null, link);
});
