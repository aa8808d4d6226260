// Sends mails, each key once.

export const state = { sent: {} };

export function handle(request, { state, key, note }) {
  if (state.sent[key]) return { status: 200, body: 'sent already' };
  const { to, cents } = request.json();
  state.sent[key] = true;
  note(`told ${to} that a lamp costs ${cents} cents`);
  return { status: 202, body: 'sent' };
}
