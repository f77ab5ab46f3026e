import { Modal } from "../parts/modal.tsx";

const groups: readonly (readonly [title: string, keys: readonly (readonly [keys: string, does: string])[]])[] = [
  [
    "Move",
    [
      ["j  k", "next, previous"],
      ["Esc", "back"],
      ["/", "search"],
      ["g b", "board"],
      ["g l", "ledger"],
      ["g f", "figures"],
      ["g p", "policy"],
      ["g s", "settings"],
      ["Ctrl K", "all commands"],
    ],
  ],
  [
    "Decide the hold that is shown",
    [
      ["a", "approve once"],
      ["d", "deny with words"],
      ["e", "edit, then approve"],
      ["s", "approve for the session"],
      ["r", "approve and save as a rule"],
      ["x", "mark it; then decide all that are marked"],
    ],
  ],
  [
    "More",
    [
      ["v", "by need, by project"],
      ["p", "pin the session"],
      ["!", "stop every agent"],
      ["?", "this help"],
    ],
  ],
];

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Modal title="Keys" onClose={onClose} wide>
      <div class="help">
        {groups.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, does]) => (
                <div key={key}>
                  <dt>
                    {key.split(/\s+/).map((each) => (
                      <kbd key={each}>{each}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p class="faint">
        Search takes words and <code>agent:</code> <code>state:</code> <code>project:</code> <code>branch:</code>{" "}
        <code>model:</code>. Single keys can be switched off in the settings.
      </p>
      <div class="actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Modal>
  );
}
