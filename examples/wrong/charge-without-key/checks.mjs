/** A member's account is debited once for a month, however often the bank is asked. */
export function debitedOnce({ ledgers }) {
  const debits = ledgers.bank.filter(({ status }) => status === 201);
  if (debits.length > 1) return `the account was debited ${debits.length} times`;
}
