import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { YamlTree } from "./yaml-tree.ts";

const text = `
listeners:
  - name: public
    refusal: &refusal { status: 404, body: none }
    routes: [{ match: { path: /a, exact: true }, refusal: *refusal }, { match: { path: /b }, rate: 1 }]
  - name: ready
switch: "on"
`;
const tree = () => YamlTree.parse(text, "file");
const values = (edited: YamlTree) => parse(`${edited}`);
const PUBLIC = { name: "public" };

describe("an edited file", () => {
  it("differs in what was edited alone", () => {
    const edited = tree();
    edited.at("listeners", PUBLIC, "routes", { match: { path: "/b" } }).set("rate", 2);
    edited.at("listeners").push({ name: "third" });
    edited.add("more", [true, null, 1, "1"]);
    const expected = parse(text);
    expected.listeners[0].routes[1].rate = 2;
    expected.listeners.push({ name: "third" });
    expected.more = [true, null, 1, "1"];
    expect(values(edited)).toEqual(expected);
  });

  it("has a copy that is changed alone, and elements before the first", () => {
    const edited = tree();
    const copy = edited.at("listeners").pushCopy(PUBLIC);
    copy.set("name", "copy");
    copy.at("refusal").set("status", 500);
    edited.at("listeners").prepend([{ name: "a" }, { name: "b" }]);
    const { listeners } = values(edited);
    expect(listeners.map(({ name }: { name: string }) => name)).toEqual([
      "a",
      "b",
      "public",
      "ready",
      "copy",
    ]);
    expect([listeners[2].refusal.status, listeners.at(-1).refusal.status]).toEqual([404, 500]);
  });

  it("changes everywhere what an alias repeats, and at one place what replaces the alias", () => {
    const inside = tree();
    inside.at("listeners", 0, "refusal").set("status", 410);
    expect(values(inside).listeners[0].routes[0].refusal.status).toBe(410);
    const replaced = tree();
    replaced.at("listeners", 0, "routes", 0).set("refusal", { status: 405 });
    expect(values(replaced).listeners[0].refusal.status).toBe(404);
  });

  it("has the copy of an element before it, with what is changed in the copy alone", () => {
    const edited = tree();
    edited.at("listeners", PUBLIC, "routes").copyBefore({ match: { path: "/b" } }, { rate: 2, more: {} });
    const { routes } = values(edited).listeners[0];
    expect(routes.slice(1)).toEqual([
      { match: { path: "/b" }, rate: 2, more: {} },
      { match: { path: "/b" }, rate: 1 },
    ]);
  });

  it("has no anchors, and quotes what another reader takes for a switch", () => {
    expect(`${tree()}`).not.toMatch(/[&*]/);
    expect(`${tree()}`).toContain('switch: "on"');
  });
});

describe("an edit is refused", () => {
  it.each([
    ["below a key that is not there", () => tree().at("listener"), "file does not have exactly one listener"],
    ["beyond the end of a list", () => tree().at("listeners", 2), "file, listeners does not"],
    ["of an element that no list has", () => tree().at("listeners", { name: "x" }), '{"name":"x"}'],
    ["of an element that is one of several", () => tree().at("listeners", {}), "{}"],
    ["of a key that is not there", () => tree().set("switches", 1), "switches"],
    ["inside a text", () => tree().at("switch").set("x", 1), "file, switch does not"],
    ["that adds what is there", () => tree().add("switch", 1), "file already has switch"],
    ["that removes what is not there", () => tree().remove("x"), "x"],
    ["that lengthens what is no list", () => tree().push(1), "file is no list"],
    ["that begins what is no list", () => tree().prepend([1]), "file is no list"],
    ["that copies what no list has", () => tree().at("listeners").pushCopy({ name: "x" }), '{"name":"x"}'],
    [
      "that copies what is not there",
      () => tree().at("listeners").copyBefore({ name: "x" }, {}),
      '{"name":"x"}',
    ],
  ])("%s", (_, edit, message) => {
    expect(edit).toThrow(message);
  });
});
