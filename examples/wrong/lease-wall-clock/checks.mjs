/** Each account is paid once. */
export function paidOnce({ ledgers }) {
  const accounts = ledgers.bank.filter(({ status }) => status === 201).map(({ body }) => body);
  const twice = accounts.find((account, at) => accounts.indexOf(account) !== at);
  if (twice !== undefined) return `${twice} was paid more than once`;
}
