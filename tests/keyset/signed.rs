//! Signed cursors: any change is refused, and nothing is sent.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use blog::models::Post;
use blog::schema::posts;
use turbodiesel::keyset::{CursorError, CursorSecret};

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn any_change_of_a_signed_token_is_refused_before_anything_is_sent(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let secret = CursorSecret::new([1; 32])?.bound_to(["tenant"]);
        let all = || posts::table.select(Post::as_select()).keyset((posts::title.asc(), posts::id.asc())).first(2);
        let signed = |secret: &CursorSecret, token: &str| all().signed(secret).after_token(Some(token));
        let page = go!(all().signed(&secret).load(conn))?;
        let tokens: Vec<String> = page.edges().map(|edge| edge.cursor.to_string()).collect();
        assert_eq!(go!(signed(&secret, &tokens[1]).load(conn))?.len(), 2);
        assert_eq!(go!(all().signed(&secret).after(page.end_cursor()).load(conn))?.len(), 2);

        let log = StatementLog::install(conn);
        let bytes = URL_SAFE_NO_PAD.decode(&tokens[1])?;
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let error = go!(signed(&secret, &URL_SAFE_NO_PAD.encode(changed)).load(conn)).unwrap_err();
            assert!(error.is_cursor(), "bit {bit}: {error}");
        }
        for length in 0..tokens[1].len() {
            assert!(go!(signed(&secret, &tokens[1][..length]).load(conn)).unwrap_err().is_cursor(), "{length}");
        }
        // The head of one and the signature of the other.
        let other = URL_SAFE_NO_PAD.decode(&tokens[0])?;
        for cut in 1..bytes.len().min(other.len()) {
            let swapped = URL_SAFE_NO_PAD.encode([&bytes[..bytes.len() - cut], &other[other.len() - cut..]].concat());
            if swapped != tokens[0] && swapped != tokens[1] {
                assert!(go!(signed(&secret, &swapped).load(conn)).unwrap_err().is_cursor(), "{cut}");
            }
        }
        assert_eq!(log.len(), 0);
    }

    fn other_keys_contexts_and_unsigned_tokens_are_refused(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let secret = CursorSecret::new([1; 32])?;
        let all = || posts::table.select(Post::as_select()).keyset(posts::id.asc()).first(2);
        let unsigned = go!(all().load(conn))?;
        let signed = go!(all().signed(&secret).load(conn))?;
        let token = signed.end_cursor().unwrap().to_string();
        let log = StatementLog::install(conn);
        let reason = |result: turbodiesel::Result<turbodiesel::keyset::Page<Post>>| *result.unwrap_err().as_cursor().unwrap();

        assert!(reason(go!(all().signed(&secret).after(unsigned.end_cursor()).load(conn))).is_unsigned());
        for other in [CursorSecret::new([2; 32])?, secret.bound_to(["tenant"]), secret.bound_to([""])] {
            assert!(reason(go!(all().signed(&other).before_token(Some(&token)).load(conn))).is_wrong_signature());
        }
        // Where nobody checks signatures, a signed token is not a second text of the same position.
        assert!(reason(go!(all().after_token(Some(&token)).load(conn))).is_wrong_signature());
        assert_eq!(log.len(), 0);

        // Rotation: the old key's tokens are accepted, the new key signs.
        let rotated = CursorSecret::new([2; 32])?.and_previous([1; 32])?;
        let next = go!(all().signed(&rotated).after_token(Some(&token)).load(conn))?;
        assert_eq!(next.items().iter().map(|post| post.id).collect::<Vec<_>>(), [12, 20]);
        assert!(reason(go!(all().signed(&secret).after(next.end_cursor()).load(conn))).is_wrong_signature());
    }

    fn a_signature_does_not_carry_a_token_to_another_ordering(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let secret = CursorSecret::new([1; 32])?;
        let all = || posts::table.select(Post::as_select());
        let page = go!(all().keyset(posts::id.asc()).first(2).signed(&secret).load(conn))?;
        let error = go!(all().keyset(posts::id.desc()).first(2).signed(&secret).after(page.end_cursor()).load(conn)).unwrap_err();
        assert!(error.as_cursor().is_some_and(CursorError::is_wrong_ordering));
    }
}
