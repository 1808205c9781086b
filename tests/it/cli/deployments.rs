//! `sealog deployments list|describe|validate`.

use insta::assert_snapshot;

use crate::support::Sandbox;

fn shop() -> Sandbox {
    Sandbox::new().with_project("shop")
}

#[test]
fn the_singular_is_the_same_word() {
    let sandbox = shop();
    let plural = sandbox.run("deployments list --format json").succeeds();
    assert_eq!(sandbox.run("deployment list --format json").succeeds().stdout, plural.stdout);
    assert_eq!(plural.json()[0]["targets"], serde_json::json!(["dev", "prod", "staging"]));
}

#[test]
fn a_deployment_is_shown_as_it_is_on_a_target() {
    let sandbox = shop();
    assert_snapshot!(sandbox.run("deployments describe --target prod").succeeds().stdout, @r"
    shop on prod, deployments/shop.yaml
      is                 The shop: an API and the site in front of it
      labels             environment=prod
      region             eu-west-1
      context.log_level  warn
      context.memory     512Mi
      context.namespace  shop
      context.replicas   4
    backend (manifest), prod
      labels           service=shop-api
      after            api
      image            bound to nixpack/api
      templates        deployment.yaml, service.yaml
      output           rendered/prod/backend
      container.image  (known after build: image of nixpack/api)
      container.name   api
      container.port   8080
    frontend (manifest), prod
      labels     service=shop-web
      after      backend, web
      templates  deployment.yaml, ingress.yaml
      output     rendered/prod/frontend
      hosts      [prod.shop.example]
      image      (known after build: image of nixpack/web)
      upstream   http://shop-api:8080
    api (nixpack), prod
      labels     service=shop-api, tier=backend
      image      shop/api, in a layout beside the ledger
    web (nixpack), prod
      labels     service=shop-web, tier=frontend
      image      shop/web, in a layout beside the ledger
    ");
    let json = sandbox.run("deployments describe shop --component backend --format json").succeeds().json();
    assert_eq!(json["target"]["name"], "dev", "the default target");
    assert_eq!(json["components"].as_object().expect("an object").keys().collect::<Vec<_>>(), ["manifest/backend"]);
}

#[test]
fn what_is_named_wrong_is_said_with_what_there_is() {
    let sandbox = shop();
    for (line, says) in [
        ("deployments describe shpo", "did you mean `shop`?"),
        ("deployments describe backend", "is a component of the deployment `shop`"),
        ("deployments describe --target prd", "did you mean `prod`?"),
        ("deployments describe --component front", "has no component `front`"),
        ("deployments validate nope", "there is no deployment `nope`"),
    ] {
        sandbox.run(line).fails(2, "not-found").says(says);
    }
    Sandbox::new().run("deployments list").fails(2, "no-project");
}

#[test]
fn all_mistakes_come_at_once_and_the_word_of_the_first_is_the_code() {
    let sandbox = shop();
    sandbox.run("deployments validate").succeeds().says("1 deployment valid: shop");
    let text = std::fs::read_to_string(sandbox.path("project/deployments/shop.yaml")).expect("the deployment");
    let wrong =
        text.replace("manifest/backend", "manifest/bakcend").replace("templates: k8s/frontend", "templates: k8s/none");
    sandbox.write("project/deployments/shop.yaml", wrong);
    let finished = sandbox.run("deployments validate").exits(2);
    assert_snapshot!(finished.stderr, @r"
    error[unknown-dependency]: `depends_on` names a component that does not exist
        ╭─[deployments/shop.yaml:76:15]
     76 │             - manifest/bakcend
        ·               ────────┬───────
        ·                       ╰── no such component
        ╰─
      hint: did you mean `manifest/backend` (line 61)?
    error[missing-file]: cannot read `k8s/none`: No such file or directory (os error 2)
        ╭─[deployments/shop.yaml:78:22]
     78 │           templates: k8s/none
        ·                      ────┬───
        ·                          ╰── named here
        ╰─
    ✗ 2 mistakes in 1 of 1 file
    ");
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run("deployments validate --format json").stderr).expect("one JSON object");
    assert_eq!(json["error"]["exit_code"], 2);
}

#[test]
fn a_project_without_deployments_says_so() {
    let sandbox = Sandbox::new();
    sandbox.write("project/sealog.yaml", "");
    let finished = sandbox.run("deployments list").succeeds();
    assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("", "· no deployments in deployments\n"));
    assert_eq!(sandbox.run("deployments list --format json").succeeds().stdout, "[]\n");
}

#[test]
fn a_key_of_metadata_is_told_where_it_belongs() {
    let sandbox = Sandbox::new().with_project("shop");
    let file = "project/deployments/shop.yaml";
    let text = std::fs::read_to_string(sandbox.path(file)).expect("the deployment");
    sandbox.write(
        file,
        text.replacen(
            "          depends_on:\n            - manifest/backend\n",
            "        depends_on: [manifest/backend]\n",
            1,
        ),
    );
    sandbox.run("deployments validate").fails(2, "unknown-key").says("it belongs under `metadata`");
    sandbox.run("explain configuration").succeeds().says("## metadata of a component");
}
