// A dialog puts the focus on its cross while it opens: ours comes after that.
export default function () {
  setTimeout(() => document.querySelector('[role="dialog"] .st-key-safe button')?.focus(), 150);
}
