BEGIN TRANSACTION;
CREATE TABLE card (
	run_id VARCHAR NOT NULL, 
	manager_id VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	team VARCHAR, 
	score FLOAT, 
	low FLOAT, 
	high FLOAT, 
	label VARCHAR, 
	json_text VARCHAR NOT NULL, 
	PRIMARY KEY (run_id, manager_id), 
	FOREIGN KEY(run_id) REFERENCES run (run_id)
);
INSERT INTO "card" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','M2',0,'Zoë','North',72.6,69.8,76.1,'On track','{"manager_id":"M2","name":"Zoë","team":"North","score":72.6,"low":69.8,"high":76.1,"label":"On track","bridge":{"opening":"12345678901234567.89"},"lines":[{"value":0.30000000000000004}]}');
INSERT INTO "card" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','M1',1,'Ann',NULL,NULL,NULL,NULL,NULL,'{"manager_id":"M1","name":"Ann","team":null,"score":null,"low":null,"high":null,"label":null,"bridge":{"opening":"0.0001"},"lines":[]}');
INSERT INTO "card" VALUES('abababababababababababababababababababababababababababababababab','M2',0,'Zoë','North',72.6,69.8,76.1,'On track','{"manager_id":"M2","name":"Zoë","team":"North","score":72.6,"low":69.8,"high":76.1,"label":"On track","bridge":{"opening":"12345678901234567.89"},"lines":[{"value":0.30000000000000004}]}');
INSERT INTO "card" VALUES('abababababababababababababababababababababababababababababababab','M1',1,'Ann',NULL,NULL,NULL,NULL,NULL,'{"manager_id":"M1","name":"Ann","team":null,"score":null,"low":null,"high":null,"label":null,"bridge":{"opening":"0.0001"},"lines":[]}');
CREATE TABLE computation (
	number INTEGER NOT NULL, 
	run_id VARCHAR NOT NULL, 
	period VARCHAR NOT NULL, 
	computed_at VARCHAR NOT NULL, 
	PRIMARY KEY (number), 
	FOREIGN KEY(run_id) REFERENCES run (run_id)
);
INSERT INTO "computation" VALUES(1,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','2026-Q2','2026-07-01T12:00:00.000000+00:00');
INSERT INTO "computation" VALUES(2,'abababababababababababababababababababababababababababababababab','2026-Q1','2026-07-02T12:00:00.000000+00:00');
CREATE TABLE framefile (
	run_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	rows INTEGER NOT NULL, 
	path VARCHAR NOT NULL, 
	PRIMARY KEY (run_id, name), 
	FOREIGN KEY(run_id) REFERENCES run (run_id)
);
INSERT INTO "framefile" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','book','5a867630e94b3679b4d156c1c8f878d7ad20632b8dd3e49555f435342271a104',3,'5a867630e94b3679b4d156c1c8f878d7ad20632b8dd3e49555f435342271a104.parquet');
INSERT INTO "framefile" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','measures','ad27b061509bee94bac1ef091f8beed757a1c0811578b7c8c73972b27fab8453',0,'ad27b061509bee94bac1ef091f8beed757a1c0811578b7c8c73972b27fab8453.parquet');
INSERT INTO "framefile" VALUES('abababababababababababababababababababababababababababababababab','book','5a867630e94b3679b4d156c1c8f878d7ad20632b8dd3e49555f435342271a104',3,'5a867630e94b3679b4d156c1c8f878d7ad20632b8dd3e49555f435342271a104.parquet');
INSERT INTO "framefile" VALUES('abababababababababababababababababababababababababababababababab','measures','ad27b061509bee94bac1ef091f8beed757a1c0811578b7c8c73972b27fab8453',0,'ad27b061509bee94bac1ef091f8beed757a1c0811578b7c8c73972b27fab8453.parquet');
CREATE TABLE inputfile (
	run_id VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	rows INTEGER NOT NULL, 
	set_aside INTEGER NOT NULL, 
	PRIMARY KEY (run_id, position), 
	FOREIGN KEY(run_id) REFERENCES run (run_id)
);
INSERT INTO "inputfile" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',0,'accounts.csv','ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',12,1);
INSERT INTO "inputfile" VALUES('abababababababababababababababababababababababababababababababab',0,'accounts.csv','ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',12,1);
CREATE TABLE problemrow (
	run_id VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	what VARCHAR NOT NULL, 
	remedy VARCHAR NOT NULL, 
	file VARCHAR, 
	"row" INTEGER, 
	"column" VARCHAR, 
	value VARCHAR, 
	"table" VARCHAR, 
	severity VARCHAR NOT NULL, 
	PRIMARY KEY (run_id, position), 
	FOREIGN KEY(run_id) REFERENCES run (run_id)
);
INSERT INTO "problemrow" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',0,'amount is empty','mend it','contracts.csv',3,'amount',NULL,'contracts','error');
INSERT INTO "problemrow" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1,'odd','',NULL,NULL,NULL,NULL,NULL,'note');
INSERT INTO "problemrow" VALUES('abababababababababababababababababababababababababababababababab',0,'amount is empty','mend it','contracts.csv',3,'amount',NULL,'contracts','error');
INSERT INTO "problemrow" VALUES('abababababababababababababababababababababababababababababababab',1,'odd','',NULL,NULL,NULL,NULL,NULL,'note');
CREATE TABLE run (
	run_id VARCHAR NOT NULL, 
	period VARCHAR NOT NULL, 
	as_of VARCHAR NOT NULL, 
	rules_name VARCHAR NOT NULL, 
	rules_hash VARCHAR NOT NULL, 
	engine_version VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	created_at VARCHAR NOT NULL, 
	summary VARCHAR NOT NULL, 
	results_sha256 VARCHAR NOT NULL, 
	PRIMARY KEY (run_id)
);
INSERT INTO "run" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','2026-Q2','2026-06-30','default','9f3c','0.1.0','computed','2026-07-01T12:00:00.000000+00:00','{}','aa6965c6040c6bc5b56059b82aaf38016bd6e17c64e27b130f870c69996a7c2e');
INSERT INTO "run" VALUES('abababababababababababababababababababababababababababababababab','2026-Q1','2026-06-30','default','9f3c','0.1.0','computed','2026-07-02T12:00:00.000000+00:00','{}','1ec2c2772e7a4debf1d10355e780a3638103ce30913706f5ab137da7f2362021');
CREATE TABLE schemaversion (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schemaversion" VALUES(1);
CREATE INDEX ix_run_period ON run (period);
CREATE INDEX ix_computation_period ON computation (period);
CREATE INDEX ix_computation_run_id ON computation (run_id);
COMMIT;
