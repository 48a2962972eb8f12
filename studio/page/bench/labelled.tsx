import type { ComponentChildren } from 'preact';

/** A control under its label. */
export function Labelled({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children.
    <label class="labelled">
      <span>{label}</span>
      {children}
    </label>
  );
}
