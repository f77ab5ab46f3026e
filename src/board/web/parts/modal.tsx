import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Key } from "./small.tsx";

/** A question or an overlay in front of everything. The browser's own dialog keeps the focus in it and gives it back. */
export function Modal({
  title,
  onClose,
  children,
  wide = false,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // Where nothing in it asks for the focus, it begins at its top: the browser would take the first button, wherever that is.
    if (dialog?.querySelector("[autofocus]") === null) dialog.querySelector("h2")?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      class={wide ? "modal modal-wide" : "modal"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div class="modal-body">
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}

/** The one way on, and the way back. */
export function Actions({
  action,
  shortcut,
  disabled = false,
  focused = false,
  onAction,
  onClose,
}: {
  action: string;
  shortcut?: string;
  disabled?: boolean;
  /** The question is answered with the keyboard at once; not where there is something to read or type first. */
  focused?: boolean;
  onAction: () => void;
  onClose: () => void;
}) {
  return (
    <div class="actions">
      <button type="button" class="primary" disabled={disabled} autoFocus={focused} onClick={onAction}>
        {action}
        {shortcut !== undefined && <Key>{shortcut}</Key>}
      </button>
      <button type="button" onClick={onClose}>
        Go back
      </button>
    </div>
  );
}

/** One question with one way on. */
export function Confirm({
  title,
  text,
  action,
  onConfirm,
  onClose,
}: {
  title: string;
  text: ComponentChildren;
  action: string;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <Modal title={title} onClose={onClose}>
      <div class="modal-text">{text}</div>
      <Actions action={action} focused onAction={onConfirm} onClose={onClose} />
    </Modal>
  );
}
