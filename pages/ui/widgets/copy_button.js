// The text of the last drawing is copied: on a live board it changes each second.
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  button.dataset.text = data.text;
  if (!button.dataset.copied) button.textContent = data.label;
  button.onclick = async () => {
    await navigator.clipboard.writeText(button.dataset.text);
    button.dataset.copied = "yes";
    button.textContent = data.copied;
    setTimeout(() => { delete button.dataset.copied; button.textContent = data.label; }, 1500);
  };
}
