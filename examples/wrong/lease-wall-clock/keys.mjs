// A key store such as etcd or Consul, with one key: only those who know its version change it.

export const state = { version: 1, value: '0', answerOfKey: {} };

export function handle(request, { state, key, note }) {
  if (request.method === 'GET') return { body: `${state.version} ${state.value}` };
  if (state.answerOfKey[key] === undefined) {
    const isCurrent = Number(request.headers['if-match']) === state.version;
    if (isCurrent) {
      state.version++;
      state.value = request.body;
      note(state.value === '0' ? 'released' : `held as version ${state.version}`);
    }
    state.answerOfKey[key] = isCurrent ? 204 : 412;
  }
  return { status: state.answerOfKey[key] };
}
