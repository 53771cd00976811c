BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('f0003');
CREATE TABLE checkpoint (
	size INTEGER NOT NULL, 
	root BLOB NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	note TEXT NOT NULL, 
	frontier TEXT NOT NULL, 
	PRIMARY KEY (size)
);
INSERT INTO "checkpoint" VALUES(3,X'24DF305B3C50829DB68C82943C04BCE5509A28F35886969F0221B55093AECCEB','2025-03-01T00:00:04.000000Z','kept-3.example
3
JN8wWzxQgp22jIKUPAS85VCaKPNYhpafAiG1UJOuzOs=
time 2025-03-01T00:00:04.000000Z

— kept-3.example pXsKcL60naSGqrikDByZHJWpUAJT/Csh7FvhedGz1tzIrJTU5GwXc3XWRDF+l/W+MIKfOXpZR5hKNHIIBRgiJxnZtgU=
','{"0":"dcf89c9b6cc3ab4bff131f4f330764439d037689530f45bfd35925f38b6db99d","1":"1b1d81227b6a10b5c6c33a8a0f61f10fae98c2cbbef1bb1ee80105f0b1add25c"}');
INSERT INTO "checkpoint" VALUES(4,X'D258520BBFF3C544673F0EA7132D4C92A2DF793F8A8A72AC9074DAC16B0BE2EF','2025-03-01T00:00:06.000000Z','kept-3.example
4
0lhSC7/zxURnPw6nEy1MkqLfeT+KinKskHTawWsL4u8=
time 2025-03-01T00:00:06.000000Z

— kept-3.example pXsKcAXmiY+9GJzyYJ/zbbTtsaGics3KI6pNZV+pI2n2rwySllnjX2u2rQodUKXANuG8TDVajb8Na05P1oxNN1mw2Q0=
','{"2":"d258520bbff3c544673f0ea7132d4c92a2df793f8a8a72ac9074dac16b0be2ef"}');
CREATE TABLE counter (
	kind VARCHAR(40) NOT NULL, 
	n INTEGER NOT NULL, 
	PRIMARY KEY (kind)
);
INSERT INTO "counter" VALUES('organisation',1);
INSERT INTO "counter" VALUES('account',1);
CREATE TABLE fact (
	seq INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	actor VARCHAR(80) NOT NULL, 
	organisation VARCHAR(80) NOT NULL, 
	verb VARCHAR(80) NOT NULL, 
	record_id VARCHAR(80) NOT NULL, 
	record_version INTEGER NOT NULL, 
	record_digest BLOB NOT NULL, 
	payload_commitment BLOB NOT NULL, 
	keep_until VARCHAR(27) NOT NULL, 
	signature BLOB, 
	leaf BLOB NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "fact" VALUES(0,'2025-03-01T00:00:01.000000Z','system','platform','log:begin','log',0,X'',X'724352DAE78907C84350C311EEC7BBAFCCFB827C83299F0B7F75FB72B6A4EA41','9999-12-31T23:59:59.999999Z',NULL,X'1C642C65E795919CF7E80BC3ABBCBF2C88399C925DDA6FA14C70E678C66E611F');
INSERT INTO "fact" VALUES(1,'2025-03-01T00:00:02.000000Z','system','platform','organisation:register','organisation-000001',1,X'7DE12DB54189FF7699637788FC4BCFDD53FB36D743B4A70DFBE39DBB3A007959',X'EFBF0F892397576BED34FD5DF7E752ECFF801184E58F36041518362374289617','2035-02-27T00:00:02.000000Z',NULL,X'71559948F2080C2DD695573E1F8C49E378989FC41F343D10F79C34F861524CD7');
INSERT INTO "fact" VALUES(2,'2025-03-01T00:00:03.000000Z','system','platform','account:invite','account-000001',1,X'7D14DAB02B38580B065569CA2DAC4034A3AE29EF838C2D2F6AC5464BC03662DF',X'8A3878C78C38877F119A7F0584695B76B0D885988DDA700C93AF4780F3CE5603','2035-02-27T00:00:03.000000Z',NULL,X'DCF89C9B6CC3AB4BFF131F4F330764439D037689530F45BFD35925F38B6DB99D');
INSERT INTO "fact" VALUES(3,'2025-03-01T00:00:05.000000Z','system','platform','organisation:suspend','organisation-000001',2,X'1D93BB3D3C412CFFDFB55E31D73FD9CFD18B8466AA5CD9FB148C3B10164728D4',X'43D5AA0D8092BAE020B5D5A636F958AE343A0C4C01F90333948448B0880240CE','2035-02-27T00:00:05.000000Z',NULL,X'D12F105F3D20290422C3110919DCC06F9CFEA5D9ACB2AE5C32C517E484A0D28B');
CREATE TABLE fact_payload (
	seq INTEGER NOT NULL, 
	salt BLOB NOT NULL, 
	payload TEXT NOT NULL, 
	keep_until VARCHAR(27) NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES fact (seq)
);
INSERT INTO "fact_payload" VALUES(0,X'9D9DA9D94D7564475BE38DE458565A81','{"note":{"format":3,"hash":"sha256","origin":"kept-3.example"}}','9999-12-31T23:59:59.999999Z');
INSERT INTO "fact_payload" VALUES(1,X'B7BA19015FD7A286A17A106C82FA5AD1','{"note":{"why":"第三条"},"record":{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"registered","uscc":"91520300MA0000000X"},"state":"registered"}','2035-02-27T00:00:02.000000Z');
INSERT INTO "fact_payload" VALUES(2,X'7AA5FDA1B61ADFAEA09C17B952B7F750','{"effects":[{"id":1,"kind":"welcome","payload":"{}","record_id":"account-000001"}],"note":{},"record":{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","signed_out":[],"state":"invited"},"state":"invited"}','2035-02-27T00:00:03.000000Z');
INSERT INTO "fact_payload" VALUES(3,X'0B73EA314E7518D404A9D3F3CD7CEB08','{"note":{},"record":{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"suspended","uscc":"91520300MA0000000X"},"state":"suspended"}','2035-02-27T00:00:05.000000Z');
CREATE TABLE held_name (
	name VARCHAR(200) NOT NULL, 
	record_id VARCHAR(80) NOT NULL, 
	PRIMARY KEY (name), 
	FOREIGN KEY(record_id) REFERENCES record (id)
);
INSERT INTO "held_name" VALUES('uscc:91520300MA0000000X','organisation-000001');
INSERT INTO "held_name" VALUES('login:wang','account-000001');
CREATE TABLE link (
	from_id VARCHAR(80) NOT NULL, 
	role VARCHAR(40) NOT NULL, 
	to_id VARCHAR(80) NOT NULL, 
	PRIMARY KEY (from_id, role, to_id), 
	FOREIGN KEY(from_id) REFERENCES record (id), 
	FOREIGN KEY(to_id) REFERENCES record (id)
);
INSERT INTO "link" VALUES('account-000001','of','organisation-000001');
CREATE TABLE meta (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('format','3');
INSERT INTO "meta" VALUES('hash','sha256');
INSERT INTO "meta" VALUES('origin','kept-3.example');
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	kind VARCHAR(80) NOT NULL, 
	record_id VARCHAR(80) NOT NULL, 
	payload TEXT NOT NULL, 
	done_at VARCHAR(27), 
	attempts INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "outbox" VALUES(1,'2025-03-01T00:00:03.000000Z','welcome','account-000001','{}',NULL,0);
CREATE TABLE record (
	id VARCHAR(80) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	version INTEGER NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	organisation VARCHAR(80), 
	environment VARCHAR(80), 
	body TEXT NOT NULL, 
	salt BLOB NOT NULL, 
	digest BLOB NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	updated_at VARCHAR(27) NOT NULL, due VARCHAR(10), partner VARCHAR(80), label VARCHAR(400), 
	PRIMARY KEY (id)
);
INSERT INTO "record" VALUES('organisation-000001','organisation',2,'suspended',NULL,NULL,'{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"suspended","uscc":"91520300MA0000000X"}',X'9DB89653FD283E37D9A42F78A1D99358',X'1D93BB3D3C412CFFDFB55E31D73FD9CFD18B8466AA5CD9FB148C3B10164728D4','2025-03-01T00:00:02.000000Z','2025-03-01T00:00:05.000000Z',NULL,NULL,NULL);
INSERT INTO "record" VALUES('account-000001','account',1,'invited','organisation-000001',NULL,'{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","signed_out":[],"state":"invited"}',X'5C65D3871E3136CB0C538464335A3C1D',X'7D14DAB02B38580B065569CA2DAC4034A3AE29EF838C2D2F6AC5464BC03662DF','2025-03-01T00:00:03.000000Z','2025-03-01T00:00:03.000000Z',NULL,NULL,NULL);
CREATE TABLE secret (
	record_id VARCHAR(80) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	value BLOB NOT NULL, 
	PRIMARY KEY (record_id, name), 
	FOREIGN KEY(record_id) REFERENCES record (id)
);
INSERT INTO "secret" VALUES('account-000001','code',X'68617368');
CREATE TABLE tree (
	level INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	PRIMARY KEY (level)
);
INSERT INTO "tree" VALUES(0,X'DCF89C9B6CC3AB4BFF131F4F330764439D037689530F45BFD35925F38B6DB99D');
INSERT INTO "tree" VALUES(1,X'1B1D81227B6A10B5C6C33A8A0F61F10FAE98C2CBBEF1BB1EE80105F0B1ADD25C');
INSERT INTO "tree" VALUES(2,X'D258520BBFF3C544673F0EA7132D4C92A2DF793F8A8A72AC9074DAC16B0BE2EF');
CREATE INDEX link_backwards ON link (to_id, role);
CREATE INDEX fact_by_record ON fact (record_id, record_version);
CREATE INDEX fact_by_actor ON fact (actor);
CREATE INDEX payload_by_end ON fact_payload (keep_until);
CREATE INDEX outbox_open ON outbox (done_at, id);
CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'append-only: fact UPDATE'); END;
CREATE TRIGGER fact_no_delete BEFORE DELETE ON fact BEGIN SELECT RAISE(ABORT, 'append-only: fact DELETE'); END;
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint UPDATE'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint DELETE'); END;
CREATE TRIGGER fact_payload_no_update BEFORE UPDATE ON fact_payload BEGIN SELECT RAISE(ABORT, 'append-only: fact_payload UPDATE'); END;
CREATE TRIGGER link_no_update BEFORE UPDATE ON link BEGIN SELECT RAISE(ABORT, 'append-only: link UPDATE'); END;
CREATE TRIGGER link_no_delete BEFORE DELETE ON link BEGIN SELECT RAISE(ABORT, 'append-only: link DELETE'); END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'append-only: record DELETE'); END;
CREATE TRIGGER fact_payload_guard_delete BEFORE DELETE ON fact_payload WHEN OLD.keep_until > strftime('%Y-%m-%dT%H:%M:%fZ', 'now') BEGIN SELECT RAISE(ABORT, 'append-only: fact_payload DELETE'); END;
CREATE TRIGGER fact_guard_insert BEFORE INSERT ON fact WHEN NEW.seq <> (SELECT count(*) FROM (SELECT 1 FROM fact WHERE seq = NEW.seq - 1)) * NEW.seq OR EXISTS (SELECT 1 FROM fact WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'append-only: fact INSERT'); END;
CREATE TRIGGER checkpoint_guard_insert BEFORE INSERT ON checkpoint WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size >= NEW.size) BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint INSERT'); END;
CREATE TRIGGER held_name_no_update BEFORE UPDATE ON held_name BEGIN SELECT RAISE(ABORT, 'append-only: held_name UPDATE'); END;
CREATE TRIGGER held_name_no_delete BEFORE DELETE ON held_name BEGIN SELECT RAISE(ABORT, 'append-only: held_name DELETE'); END;
CREATE TRIGGER record_guard_update BEFORE UPDATE ON record WHEN NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind BEGIN SELECT RAISE(ABORT, 'append-only: record UPDATE'); END;
CREATE INDEX record_by_time ON record (kind, created_at, id);
CREATE INDEX record_by_change ON record (kind, updated_at, id);
CREATE INDEX record_by_state_and_time ON record (kind, state, created_at, id);
CREATE INDEX record_by_owner_and_time ON record (kind, organisation, created_at, id);
CREATE INDEX record_by_owner ON record (kind, organisation, state, due, id);
CREATE INDEX record_by_term ON record (kind, state, due, id);
CREATE INDEX record_by_partner ON record (kind, partner, state, due, id);
CREATE INDEX record_by_words ON record (kind, label);
CREATE INDEX fact_by_time ON fact (at);
CREATE INDEX fact_by_verb_and_actor ON fact (verb, actor);
COMMIT;
