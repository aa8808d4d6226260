/** The patient gets one message. */
export function sentOnce({ ledgers }) {
  const sent = ledgers.gateway.filter(({ status }) => status === 202);
  if (sent.length > 1) return `the same message was sent ${sent.length} times`;
}
