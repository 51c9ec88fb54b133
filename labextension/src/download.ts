/** Data as a file of the user's. */

/** The browser reads it some time after the click. */
const READ_MS = 60_000;

export function download(data: Blob, name: string): void {
  const address = URL.createObjectURL(data);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), READ_MS);
}
