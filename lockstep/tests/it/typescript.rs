//! The golden `index.ts` of every accepted contract. `npm run test:goldens` in `ts-types` compiles them with every
//! supported compiler.

use crate::{assert_golden, contracts, listed};
use lockstep::emit::typescript;
use lockstep::{output, parse};

#[test]
fn every_accepted_contract_has_its_golden_typescript() {
    for contract in contracts("accepted") {
        let api = parse::parse(&contract).unwrap_or_else(|errors| panic!("{}", listed(&errors)));
        assert_eq!(typescript::check(&api), []);
        let text = typescript::emit(&api, &output::header(&contract));
        assert_golden(&contract.with_extension("").join("index.ts"), &text);
    }
}
