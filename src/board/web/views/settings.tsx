import { visible } from "../../../kit/text.ts";
import { useAsked, useBoardState, usePage } from "../hooks.ts";
import { Since } from "../parts/small.tsx";
import type { Preferences } from "../preferences.ts";
import { useState } from "preact/hooks";

/** How this board looks, which browsers may enter, and every setting of the daemon with where it comes from. */
export function SettingsPage({
  preferences,
  choose,
}: {
  preferences: Preferences;
  choose: (changed: Partial<Preferences>) => void;
}) {
  const { board } = usePage();
  const { status } = useBoardState();
  const config = useAsked((signal) => board.call("daemon/config", {}, { signal }), []);
  return (
    <div class="page settings">
      <div class="page-head">
        <h1>Settings</h1>
      </div>
      <section aria-labelledby="look-title">
        <h2 id="look-title">This board</h2>
        <div class="choices">
          <div class="switch" role="group" aria-label="Colours">
            {(["system", "light", "dark"] as const).map((theme) => (
              <button
                key={theme}
                type="button"
                aria-pressed={preferences.theme === theme}
                onClick={() => choose({ theme })}
              >
                {theme === "system" ? "As the system" : theme === "light" ? "Light" : "Dark"}
              </button>
            ))}
          </div>
          <label class="check">
            <input
              type="checkbox"
              checked={preferences.keys}
              onChange={(event) => choose({ keys: event.currentTarget.checked })}
            />
            Single keys act (a, d, j, k …)
          </label>
        </div>
      </section>
      <Browsers />
      <section aria-labelledby="daemon-title">
        <h2 id="daemon-title">Daemon</h2>
        {status !== undefined && (
          <p class="faint">
            Version {status.version}, home <code>{visible(status.home)}</code>
          </p>
        )}
        {config.state === "known" && (
          <div class="table-scroll" tabIndex={0} role="region" aria-label="Settings of the daemon">
            <table>
              <thead>
                <tr>
                  <th scope="col">Setting</th>
                  <th scope="col">Value</th>
                  <th scope="col">From</th>
                </tr>
              </thead>
              <tbody>
                {config.value.values.map(({ key, value, source }) => (
                  <tr key={key}>
                    <th scope="row">
                      <code>{key}</code>
                    </th>
                    <td>
                      <code>{visible(JSON.stringify(value))}</code>
                    </td>
                    <td class="faint">{visible(source)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <p class="faint">
          They are changed in <code>config.toml</code>, then <code>signalbox restart</code>: a page must not be able to
          loosen them.
        </p>
      </section>
    </div>
  );
}

function Browsers() {
  const { board, desk } = usePage();
  const [again, setAgain] = useState(0);
  const asked = useAsked((signal) => board.call("web/list", {}, { signal }), [again]);
  const own = board.entry.pass.id;
  return (
    <section aria-labelledby="browsers-title">
      <h2 id="browsers-title">Browsers that may enter</h2>
      {asked.state === "known" && (
        <ul class="browsers">
          {asked.value.passes.map(({ id, madeAt, usedAt, terminal, decides }) => (
            <li key={id}>
              <span>
                <strong>{id === own ? "This browser" : id}</strong>{" "}
                <span class="faint">
                  {decides ? "decides" : "only looks: its terminal was closed"} · link from terminal {terminal},{" "}
                  <Since iso={madeAt} /> ago · used <Since iso={usedAt} /> ago
                </span>
              </span>
              <button
                type="button"
                onClick={() =>
                  void desk.attempt(async () => {
                    await board.call("web/revoke", { pass: id });
                    setAgain(again + 1);
                    return "Shut out.";
                  })
                }
              >
                Shut out
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="faint">
        Another browser enters with a new link: <code>signalbox web</code>
      </p>
    </section>
  );
}
